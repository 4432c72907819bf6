/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operate_list.c - one memo for each update in force or under way.
 */
#define _GNU_SOURCE
#include "operate_list.h"
#include "control/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t list = PTHREAD_MUTEX_INITIALIZER;
static struct rv_memo *first; /* changes by one store, so that a fork sees a whole list */

struct rv_memo *rv_memo_new(void)
{
    struct rv_memo *memo = calloc(1, sizeof(*memo));

    if (!memo)
        return NULL;
    memo->ending.ended = rv_memo_ended;
    memo->copy = RV_JOURNAL_NO_COPY;
    memo->mark = RV_JOURNAL_NO_MARK;
    return memo;
}

void rv_memo_free(struct rv_memo *memo)
{
    rv_journal_drop(&memo->copy);
    free(memo);
}

void rv_memo_add(struct rv_memo *memo)
{
    memo->next = first;
    pthread_mutex_lock(&list);
    first = memo;
    pthread_mutex_unlock(&list);
}

struct rv_memo *rv_memo_first(void)
{
    return first;
}

struct rv_memo *rv_memo_find(uint32_t id)
{
    struct rv_memo *memo = first;

    while (memo && memo->id != id)
        memo = memo->next;
    return memo;
}

void rv_memo_end(struct rv_memo *memo)
{
    struct rv_memo **at = &first;

    while (*at != memo)
        at = &(*at)->next;
    pthread_mutex_lock(&list);
    *at = memo->next;
    pthread_mutex_unlock(&list);
    rv_crash_forget(memo->id);
    rv_memo_free(memo);
}

void rv_memo_sweep(void)
{
    struct rv_memo *next;

    for (struct rv_memo *memo = first; memo; memo = next) {
        next = memo->next;
        if (memo->way == RV_MEMO_RESTS && rv_host_state(memo->id) != RV_UPDATE_COMMITTED)
            rv_memo_end(memo);
    }
}

void rv_memo_set_deadline(struct rv_memo *memo, uint64_t deadline)
{
    pthread_mutex_lock(&list);
    memo->deadline = deadline;
    pthread_mutex_unlock(&list);
}

void rv_memo_set_way(struct rv_memo *memo, enum rv_memo_way way)
{
    pthread_mutex_lock(&list);
    memo->way = way;
    pthread_mutex_unlock(&list);
}

void rv_memo_set_event(struct rv_memo *memo, const struct rv_event *event)
{
    pthread_mutex_lock(&list);
    memo->event = *event;
    pthread_mutex_unlock(&list);
}

uint64_t rv_memo_deadline(void)
{
    uint64_t next = RV_OPERATE_NEVER;

    pthread_mutex_lock(&list);
    for (const struct rv_memo *memo = first; memo; memo = memo->next)
        if (memo->way == RV_MEMO_RESTS && memo->deadline && memo->deadline < next)
            next = memo->deadline;
    pthread_mutex_unlock(&list);
    return next;
}

/* What has crashed is overdue, if it can go. */
static void note_crash(struct rv_memo *memo, enum rv_crash_way way, const char *why)
{
    static const struct rv_asker guard = {.kind = RV_BY_GUARD};
    struct rv_event event = memo->event;

    memo->has_crashed = 1;
    if (way != RV_CRASH_STAYS) {
        rv_memo_set_deadline(memo, rv_clock_ms());
        return;
    }
    event.verb = "revert";
    event.asker = guard;
    event.took = 0;
    rv_event_refuse(&event, "refused", RV_EONEWAY, why);
    rv_history_add(&event);
}

void rv_memo_note_crashes(void)
{
    char why[RV_CRASH_TEXT];

    for (struct rv_memo *memo = first; memo; memo = memo->next) {
        const enum rv_crash_way way = memo->way == RV_MEMO_RESTS && !memo->has_crashed
                                          ? rv_crash_has(memo->id, why)
                                          : RV_CRASH_NO;
        if (way)
            note_crash(memo, way, why);
    }
}

static uint64_t time_left(const struct rv_memo *memo)
{
    uint64_t now = rv_clock_ms();

    if (memo->way == RV_MEMO_COMES)
        return memo->confirm_ms;
    if (!memo->deadline)
        return 0;
    return memo->deadline > now ? memo->deadline - now : 1;
}

uint64_t rv_operate_time_left(uint32_t id)
{
    uint64_t left = 0;

    pthread_mutex_lock(&list);
    for (const struct rv_memo *memo = first; memo; memo = memo->next)
        if (memo->id == id)
            left = time_left(memo);
    pthread_mutex_unlock(&list);
    return left;
}

int rv_operate_sha256(uint32_t id, uint8_t sha256[RV_SHA256_SIZE])
{
    int is_known = 0;

    pthread_mutex_lock(&list);
    for (const struct rv_memo *memo = first; memo && !is_known; memo = memo->next) {
        is_known = memo->id == id && memo->event.has_sha256;
        if (is_known)
            memcpy(sha256, memo->event.sha256, RV_SHA256_SIZE);
    }
    pthread_mutex_unlock(&list);
    return is_known;
}

void rv_memo_in_child(void)
{
    pthread_mutex_init(&list, NULL); /* whoever held it is not in the child */
    for (struct rv_memo *memo = first; memo; memo = memo->next) {
        rv_journal_drop(&memo->copy); /* the agent's; in a shared table we have it too */
        memo->mark = RV_JOURNAL_NO_MARK;
        if (memo->way == RV_MEMO_RESTS)
            continue;
        memo->is_kept = memo->replaces = 0; /* the journal will follow the parent */
        if (memo->ending.id)
            memo->id = memo->ending.id; /* whoever waits for it is not here */
    }
}

void rv_memo_rest(void)
{
    for (struct rv_memo *memo = first; memo; memo = memo->next) {
        const enum rv_update_state state = rv_host_state(memo->id);
        if (state != RV_UPDATE_MOVING && state != RV_UPDATE_RETURNING)
            memo->way = RV_MEMO_RESTS;
    }
}
