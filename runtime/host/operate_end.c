/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operate_end.c - what follows when threads have moved: the journal, the deadline, the row.
 *
 * Under the operation lock, in whichever thread was the last to look.
 */
#define _GNU_SOURCE
#include "control/clock.h"
#include "move.h"
#include "operate_list.h"

#include <stdio.h>
#include <string.h>

static void say(const struct rv_event *event)
{
    char line[768];

    snprintf(line, sizeof(line), "update %u (%s): %s%s%s", event->update, event->path,
             event->result, *event->text ? ": " : "", event->text);
    rv_agent_note(line);
}

/* ---- it has gone ---- */

static int is_same(const struct rv_memo *one, const struct rv_memo *other)
{
    return !strcmp(one->key.build, other->key.build) &&
           !memcmp(one->key.sha256, other->key.sha256, sizeof(one->key.sha256));
}

/* The same patch is in force once more, from another file: then it stays in the journal. */
static int has_twin(const struct rv_memo *memo)
{
    for (const struct rv_memo *at = rv_memo_first(); at; at = at->next)
        if (at != memo && at->is_kept && is_same(at, memo))
            return 1;
    return 0;
}

/* Out of the journal. The update is reverted already, so this can only be told. */
static void unkeep(struct rv_memo *memo)
{
    char why[256] = "";

    memo->is_kept = 0;
    if (has_twin(memo) || !rv_journal_remove(&memo->key, why, sizeof(why)))
        return;
    snprintf(memo->event.text, sizeof(memo->event.text),
             "the next start takes it again: remove it from %s/%s (%s)", rv_journal_directory(),
             memo->key.build, why);
}

static void has_gone(struct rv_memo *memo)
{
    memo->event.result = "reverted";
    rv_memo_set_deadline(memo, 0);
    if (memo->is_kept)
        unkeep(memo);
}

/* ---- it has come ---- */

void rv_memo_unmark(struct rv_memo *memo)
{
    char name[RV_JOURNAL_NAME_MAX], why[256] = "";

    memcpy(name, memo->mark.name, sizeof(name));
    if (rv_journal_unmark(&memo->mark, why, sizeof(why)))
        rv_operate_complain(name, RV_EUNFINISHED, why);
}

int rv_memo_keep(struct rv_memo *memo, char *why, size_t size)
{
    char path[PATH_MAX];
    int error;

    if (!rv_journal_has(&memo->copy)) { /* whoever closes what is not his */
        snprintf(why, size, "the copy of the patch is gone");
        return RV_EJOURNAL;
    }
    error = rv_journal_keep(&memo->copy, &memo->key, why, size);
    if (!error)
        memo->is_kept = 1;
    if (!error && !rv_journal_path(&memo->key, path, sizeof(path)))
        rv_crash_kept(memo->id, path);
    return error;
}

void rv_memo_probation(const struct rv_memo *memo)
{
    rv_crash_until(memo->id, memo->probation_ms ? memo->probation_ms : RV_PROBATION_MS);
}

/* Also for the next start now, or not at all: then it is reverted as if it were overdue. */
static void keep(struct rv_memo *memo)
{
    memo->unkept = rv_memo_keep(memo, memo->why_unkept, sizeof(memo->why_unkept));
    rv_journal_drop(&memo->copy);
    if (!memo->unkept || memo->replaces)
        return;
    rv_event_refuse(&memo->event, "refused", memo->unkept, memo->why_unkept);
    rv_memo_set_deadline(memo, rv_clock_ms());
}

/*
 * Those that it has superseded. If it could not be kept they stay in the journal, so that
 * the next start is as the last one was; it cannot be taken back, since they are gone.
 */
static void supersede(struct rv_memo *memo)
{
    struct rv_memo *next;

    for (struct rv_memo *at = rv_memo_first(); at; at = next) {
        next = at->next;
        if (at == memo || rv_host_state(at->id) != RV_UPDATE_REPLACED)
            continue;
        at->event.verb = "replace";
        at->event.asker = memo->event.asker;
        at->event.result = "replaced";
        at->event.error = 0;
        snprintf(at->event.text, sizeof(at->event.text), "by update %u", memo->id);
        if (at->is_kept && !memo->unkept)
            unkeep(at);
        at->event.took = 0;
        rv_history_add(&at->event);
        rv_memo_end(at);
    }
    if (memo->unkept)
        snprintf(memo->event.text, sizeof(memo->event.text), "the next start does not take it: %s",
                 memo->why_unkept);
    memo->unkept = 0;
}

static void has_come(struct rv_memo *memo)
{
    struct rv_event *event = &memo->event;

    event->result = "committed";
    if (!memo->confirm_ms)
        rv_memo_probation(memo);
    if (memo->confirm_ms) {
        rv_memo_set_deadline(memo, rv_clock_ms() + memo->confirm_ms);
        snprintf(event->text, sizeof(event->text), "to be confirmed within %u ms",
                 memo->confirm_ms);
    } else if (rv_journal_has(&memo->copy)) {
        keep(memo);
    } else if (memo->copy.patch.fd >= 0) {
        rv_memo_set_deadline(memo, rv_clock_ms()); /* the agent has the copy, and keeps it */
    }
    if (memo->replaces)
        supersede(memo);
}

/* ---- one of the two ---- */

void rv_memo_ended(struct rv_ending *ending, uint32_t id, enum rv_update_state state)
{
    struct rv_memo *memo = (struct rv_memo *)ending;
    const int was_to_come = memo->way == RV_MEMO_COMES;
    char why[RV_CRASH_TEXT];

    rv_memo_unmark(memo);
    memo->id = memo->event.update = id;
    if (was_to_come && rv_crash_has(id, why))
        rv_event_refuse(&memo->event, "aborted", RV_ECRASHED, why);
    else if (was_to_come != (state == RV_UPDATE_COMMITTED))
        rv_event_refuse(&memo->event, "aborted", rv_move_reason(), rv_move_late());
    else if (was_to_come)
        has_come(memo);
    else
        has_gone(memo);
    if (state != RV_UPDATE_COMMITTED)
        rv_journal_drop(&memo->copy);
    memo->event.took = rv_clock_ns() - memo->start;
    rv_history_add(&memo->event);
    say(&memo->event);
    rv_memo_set_way(memo, RV_MEMO_RESTS);
    if (memo->deadline)
        rv_agent_wake(); /* which counts those that rest */
}
