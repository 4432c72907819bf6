/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operate_confirm.c - updates that revert by themselves unless somebody confirms.
 *
 * On the agent's thread, which holds the deadlines and the copies for the journal.
 */
#define _GNU_SOURCE
#include "operate_list.h"

#include <stdio.h>
#include <string.h>

#define RETRY_MS 100 /* after a revert that failed, for example for want of memory */

/* ---- confirm ---- */

/* The memo that is meant, or an error with the names of those that may be meant. */
static int choose(uint32_t id, struct rv_memo **chosen, char *detail, size_t size)
{
    size_t used = 0;
    int count = 0;

    detail[0] = 0;
    for (struct rv_memo *memo = rv_memo_first(); memo; memo = memo->next) {
        if (!memo->deadline || (id && memo->id != id))
            continue;
        *chosen = memo;
        count++;
        if (used + 16 < size)
            used +=
                (size_t)snprintf(detail + used, size - used, used ? ", %u" : "update %u", memo->id);
    }
    if (count == 0 && id)
        snprintf(detail, size, "update %u", id);
    return count == 0 ? RV_ENOCONFIRM : count > 1 ? RV_EAMBIGUOUS : 0;
}

static int keep(struct rv_memo *memo, char *detail, size_t size)
{
    int error = 0;

    if (rv_journal_has(&memo->copy)) {
        error = rv_journal_keep(&memo->copy, &memo->key, detail, size);
        memo->is_kept = !error;
    } else if (rv_journal_directory()) {
        rv_agent_note("confirmed in this process; its journal is its parent's business");
    }
    return error;
}

static int confirm(uint32_t *id, int once, const struct rv_asker *asker, char *detail, size_t size)
{
    struct rv_memo *memo = NULL;
    uint64_t start = rv_now_ns();
    int error = choose(*id, &memo, detail, size);
    struct rv_event event = {.update = *id};

    if (!error) {
        detail[0] = 0;
        event = memo->event;
        error = once ? 0 : keep(memo, detail, size);
    }
    event.verb = "confirm";
    event.asker = *asker;
    event.result = error ? "refused" : "confirmed";
    event.took = rv_now_ns() - start;
    snprintf(event.text, sizeof(event.text), error && *detail ? "%s: %s" : "%s",
             error ? rv_error_text(error) : "", detail);
    rv_history_add(&event);
    if (error)
        return error;
    rv_memo_set_deadline(memo, 0);
    rv_journal_drop(&memo->copy);
    *id = memo->id;
    return 0;
}

int rv_operate_confirm(uint32_t *id, int once, const struct rv_asker *asker, char *detail,
                       size_t size)
{
    int error;

    rv_book_lock();
    rv_memo_sweep();
    error = confirm(id, once, asker, detail, size);
    rv_book_unlock();
    return error;
}

/* ---- deadlines ---- */

static void say_reverted(uint32_t id, const char *why)
{
    char line[128];

    snprintf(line, sizeof(line), "update %u: reverted: %s", id, why);
    rv_agent_note(line);
}

/* The memo is gone afterwards, unless the revert has to be tried again. */
static void expire(struct rv_memo *memo, const char *why)
{
    static const struct rv_asker deadline = {.kind = RV_BY_DEADLINE};
    uint32_t id = memo->id;
    char note[512];
    int error = rv_revert_one(id, &deadline, why, note, sizeof(note));

    if (!error)
        say_reverted(id, why);
    else if (error == RV_EREVERTED || error == RV_ENOUPDATE)
        rv_memo_end(memo);
    else
        rv_memo_set_deadline(memo, rv_now_ms() + RETRY_MS);
}

/* Each one whose deadline is not later than `now`. */
static void expire_until(uint64_t now, const char *why)
{
    struct rv_memo *next;

    rv_book_lock();
    rv_memo_sweep();
    for (struct rv_memo *memo = rv_memo_first(); memo; memo = next) {
        next = memo->next;
        if (memo->deadline && memo->deadline <= now)
            expire(memo, why);
    }
    rv_book_unlock();
}

void rv_operate_expire(void)
{
    expire_until(rv_now_ms(), "nobody confirmed it in time");
}

void rv_operate_give_up(void)
{
    expire_until(UINT64_MAX, "the agent ends, so nobody can confirm it");
}
