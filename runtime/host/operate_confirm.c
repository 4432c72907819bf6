/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operate_confirm.c - updates that revert by themselves unless somebody confirms.
 *
 * On the agent's thread, which holds the deadlines and the copies for the journal.
 */
#define _GNU_SOURCE
#include "control/clock.h"
#include "operate_list.h"
#include "operation.h"

#include <stdio.h>
#include <string.h>

#define RETRY_MS         100   /* after a revert that could not be */
#define RETRY_LONGEST_MS 60000 /* it doubles: what a hook or a transformer refuses may stay so */
#define IN_ORDER_MS      1000 /* callers may have to wait for a thread that is stuck in a crash */

/* ---- confirm ---- */

static int is_waiting(const struct rv_memo *memo)
{
    return memo->way == RV_MEMO_RESTS && memo->deadline && memo->confirm_ms && !memo->unkept &&
           !memo->has_crashed;
}

/* The memo that is meant, or an error with the names of those that may be meant. */
static int choose(uint32_t id, struct rv_memo **chosen, char *detail, size_t size)
{
    size_t used = 0;
    int count = 0;

    detail[0] = 0;
    for (struct rv_memo *memo = rv_memo_first(); memo; memo = memo->next) {
        if (!is_waiting(memo) || (id && memo->id != id))
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

/* A child of fork has none. */
static int has_copy(const struct rv_memo *memo)
{
    return memo->copy.patch.fd >= 0;
}

static int keep(struct rv_memo *memo, char *detail, size_t size)
{
    int error = 0;

    if (has_copy(memo))
        error = rv_memo_keep(memo, detail, size);
    else if (rv_journal_directory())
        rv_agent_note("confirmed in this process; its journal is its parent's business");
    return error;
}

static int confirm(uint32_t *id, int once, const struct rv_asker *asker, char *detail, size_t size)
{
    struct rv_memo *memo = NULL;
    uint64_t start = rv_clock_ns();
    int error = choose(*id, &memo, detail, size);
    struct rv_event event = {.update = *id};

    if (!error) {
        detail[0] = 0;
        event = memo->event;
        error = once ? 0 : keep(memo, detail, size);
    }
    event.verb = "confirm";
    event.asker = *asker;
    event.error = event.text[0] = 0;
    event.result = "confirmed";
    if (error)
        rv_event_refuse(&event, "refused", error, detail);
    event.took = rv_clock_ns() - start;
    rv_history_add(&event);
    if (error)
        return error;
    rv_memo_set_deadline(memo, 0);
    rv_journal_drop(&memo->copy);
    rv_crash_forget(memo->id);
    *id = memo->id;
    return 0;
}

int rv_operate_confirm(uint32_t *id, int once, const struct rv_asker *asker, char *detail,
                       size_t size)
{
    int error;

    rv_operation_lock();
    rv_memo_sweep();
    rv_memo_note_crashes();
    error = confirm(id, once, asker, detail, size);
    rv_operation_unlock();
    return error;
}

/* ---- deadlines ---- */

/* What is overdue may be only that the patch is kept: see has_come() in operate_end.c. */
static int is_kept_now(struct rv_memo *memo)
{
    if (memo->has_crashed || memo->confirm_ms || memo->unkept || !has_copy(memo))
        return 0;
    memo->unkept = rv_memo_keep(memo, memo->why_unkept, sizeof(memo->why_unkept));
    rv_journal_drop(&memo->copy);
    if (memo->unkept && !memo->replaces)
        return 0;
    if (memo->unkept)
        rv_agent_note("an update is in force that could not be kept for the next start");
    memo->unkept = 0;
    rv_memo_set_deadline(memo, 0);
    return 1;
}

/* Before it begins, since it may fail much later. */
static void set_next_try(struct rv_memo *memo)
{
    const uint32_t twice = memo->retry_ms * 2;

    memo->retry_ms = !twice ? RETRY_MS : twice < RETRY_LONGEST_MS ? twice : RETRY_LONGEST_MS;
    rv_memo_set_deadline(memo, rv_clock_ms() + memo->retry_ms);
}

static void order_of_guard(struct rv_revert_order *order, enum rv_crash_way way)
{
    static const struct rv_asker guard = {.kind = RV_BY_GUARD};

    order->asker = &guard;
    if (way == RV_CRASH_AT_ONCE) /* no call reaches it any more: nobody has to move */
        order->options.consistency = RV_APPLY_PER_CALL;
    else
        order->options.timeout_ms = IN_ORDER_MS;
}

/*
 * For as long as it takes: to give up would bring back what nobody wants. While another
 * update is under way, and after a failure, it stays overdue.
 */
static void expire(struct rv_memo *memo, const char *why, uint32_t consistency)
{
    static const struct rv_asker deadline = {.kind = RV_BY_DEADLINE};
    enum rv_crash_way way;
    char crash[RV_CRASH_TEXT];
    struct rv_revert_order order = {.asker = &deadline,
                                    .options = {.size = sizeof(order.options),
                                                .consistency = consistency,
                                                .timeout_ms = UINT32_MAX}};
    int error;

    if (is_kept_now(memo))
        return;
    order.why = memo->unkept ? RV_UNKEPT : why;
    way = rv_crash_has(memo->id, crash);
    if (way) {
        order.why = crash;
        order_of_guard(&order, way);
    }
    set_next_try(memo);
    error = rv_revert_one(memo->id, &order);
    if (error == RV_EREVERTED || error == RV_ENOUPDATE)
        rv_memo_end(memo);
    else if (error == RV_EBUSY)
        memo->retry_ms = 0; /* another one is under way, which comes to an end */
}

void rv_operate_expire(void)
{
    struct rv_memo *next;

    rv_memo_sweep();
    rv_memo_note_crashes();
    for (struct rv_memo *memo = rv_memo_first(); memo; memo = next) {
        next = memo->next;
        if (memo->way == RV_MEMO_RESTS && memo->deadline && memo->deadline <= rv_clock_ms())
            expire(memo, "nobody confirmed it in time", memo->consistency);
    }
}

/* At once: nobody goes on with a transition after this. */
void rv_operate_give_up(void)
{
    struct rv_memo *next;

    rv_operation_lock();
    rv_memo_sweep();
    for (struct rv_memo *memo = rv_memo_first(); memo; memo = next) {
        next = memo->next;
        if (memo->way == RV_MEMO_RESTS && memo->deadline)
            expire(memo, "the agent ends, so nobody can confirm it", RV_APPLY_PER_CALL);
        else
            rv_crash_forget(memo->id); /* nobody could write it down */
    }
    rv_operation_unlock();
}
