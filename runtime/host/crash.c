/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash.c - who is on probation, for how long; see crash.h.
 */
#define _GNU_SOURCE
#include "crash_watch.h"
#include "control/clock.h"
#include "host.h"
#include "journal.h"
#include "tablewalk/tw_atomic.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct rv_crash_watch rv_crash_watches[RV_CRASH_WATCHES];

static int hooks; /* that run now; core lock */
static __thread const struct rv_crash_hook *mine;

static struct rv_crash_watch *const end = rv_crash_watches + RV_CRASH_WATCHES;

static enum rv_crash_state state_of(const struct rv_crash_watch *watch)
{
    return (enum rv_crash_state)tw_load32_acquire(&watch->state);
}

static void set_state(struct rv_crash_watch *watch, enum rv_crash_state state)
{
    tw_store32_release(&watch->state, state);
}

static struct rv_crash_watch *find_locked(uint32_t id)
{
    for (struct rv_crash_watch *at = rv_crash_watches; at < end; at++)
        if (state_of(at) != RV_CRASH_FREE && at->id == id)
            return at;
    return NULL;
}

static void disarm_if_idle_locked(void)
{
    if (hooks)
        return;
    for (struct rv_crash_watch *at = rv_crash_watches; at < end; at++)
        if (state_of(at) == RV_CRASH_WATCHED || state_of(at) == RV_CRASH_SEEN)
            return;
    rv_crash_disarm();
}

/* A free place, or the first update's, if it is not being looked at this very moment. */
static struct rv_crash_watch *place_locked(void)
{
    struct rv_crash_watch *oldest = NULL;

    for (struct rv_crash_watch *at = rv_crash_watches; at < end; at++) {
        if (state_of(at) == RV_CRASH_FREE)
            return at;
        if (state_of(at) != RV_CRASH_SEEN && (!oldest || at->id < oldest->id))
            oldest = at;
    }
    return oldest;
}

void rv_crash_watch(uint32_t id, const char *name, const struct rv_place *place,
                    enum rv_crash_way way)
{
    struct rv_crash_watch *watch;

    rv_platform_lock();
    watch = place_locked();
    if (watch) {
        watch->id = id;
        watch->way = way;
        watch->start = place->start;
        watch->end = place->end;
        watch->deadline = 0;
        watch->path[0] = watch->why[0] = watch->line[0] = 0;
        snprintf(watch->name, sizeof(watch->name), "%s", name);
        set_state(watch, RV_CRASH_WATCHED);
        rv_crash_arm();
    }
    rv_platform_unlock();
}

void rv_crash_kept(uint32_t id, const char *path)
{
    struct rv_crash_watch *watch;

    rv_platform_lock();
    watch = find_locked(id);
    if (watch && state_of(watch) == RV_CRASH_WATCHED) {
        snprintf(watch->path, sizeof(watch->path), "%s", path);
        snprintf(watch->moved, sizeof(watch->moved), "%s" RV_JOURNAL_CRASHED, path);
        snprintf(watch->report, sizeof(watch->report), "%s" RV_JOURNAL_CRASHED ".txt", path);
    }
    rv_platform_unlock();
}

void rv_crash_until(uint32_t id, uint32_t probation_ms)
{
    struct rv_crash_watch *watch;

    rv_platform_lock();
    watch = find_locked(id);
    if (watch)
        watch->deadline = rv_clock_ms() + probation_ms;
    rv_platform_unlock();
    if (watch)
        rv_agent_wake();
}

/* It has done nothing that it could be blamed for: who suspected it (crash_seen.c) was wrong. */
static void clear_name(const char *report)
{
    if (*report)
        unlink(report);
}

/* The report of a watch that ends, for clear_name: files are not for the core lock. */
static void take_report(const struct rv_crash_watch *watch, char report[RV_CRASH_ROOM])
{
    if (state_of(watch) == RV_CRASH_WATCHED && watch->path[0])
        memccpy(report, watch->report, 0, RV_CRASH_ROOM);
}

/* What the handler has in hand stays until it is done; then rv_crash_due() finds it over. */
void rv_crash_forget(uint32_t id)
{
    char report[RV_CRASH_ROOM] = "";
    struct rv_crash_watch *watch;

    rv_platform_lock();
    watch = find_locked(id);
    if (watch)
        take_report(watch, report);
    if (watch && state_of(watch) != RV_CRASH_SEEN)
        set_state(watch, RV_CRASH_FREE);
    if (watch)
        disarm_if_idle_locked();
    rv_platform_unlock();
    clear_name(report);
}

uint64_t rv_crash_time_left_locked(uint32_t id)
{
    const struct rv_crash_watch *watch = find_locked(id);
    const uint64_t now = rv_clock_ms();

    if (!watch || state_of(watch) != RV_CRASH_WATCHED || watch->deadline <= now)
        return 0;
    return watch->deadline - now;
}

enum rv_crash_way rv_crash_has(uint32_t id, char why[RV_CRASH_TEXT])
{
    const struct rv_crash_watch *watch;
    enum rv_crash_way way = RV_CRASH_NO;

    rv_platform_lock();
    watch = find_locked(id);
    if (watch && state_of(watch) >= RV_CRASH_DONE)
        way = watch->way;
    if (way)
        snprintf(why, RV_CRASH_TEXT, "crashed: %s", watch->why);
    rv_platform_unlock();
    return way;
}

/* ---- hooks ---- */

void rv_crash_hook_begin(struct rv_crash_hook *hook)
{
    rv_platform_lock();
    hooks++;
    rv_crash_arm();
    rv_platform_unlock();
    mine = hook;
    rv_crash_unblock(&hook->before);
}

void rv_crash_hook_end(const struct rv_crash_hook *hook)
{
    pthread_sigmask(SIG_SETMASK, &hook->before, NULL);
    mine = NULL;
    rv_platform_lock();
    hooks--;
    disarm_if_idle_locked();
    rv_platform_unlock();
}

const struct rv_crash_hook *rv_crash_hook(void)
{
    return mine;
}

/* ---- the agent's ---- */

uint64_t rv_crash_next(void)
{
    uint64_t next = UINT64_MAX;

    rv_platform_lock();
    for (const struct rv_crash_watch *at = rv_crash_watches; at < end; at++) {
        if (state_of(at) == RV_CRASH_DONE)
            next = 0;
        if (state_of(at) == RV_CRASH_WATCHED && at->deadline && at->deadline < next)
            next = at->deadline;
    }
    rv_platform_unlock();
    return next;
}

static void look_at_locked(struct rv_crash_watch *watch, uint64_t now, char report[RV_CRASH_ROOM])
{
    if (state_of(watch) == RV_CRASH_WATCHED && watch->deadline && watch->deadline <= now) {
        take_report(watch, report);
        set_state(watch, RV_CRASH_FREE);
    }
    if (state_of(watch) != RV_CRASH_DONE)
        return;
    rv_agent_note(watch->line);
    set_state(watch, RV_CRASH_WRITTEN);
}

void rv_crash_due(void)
{
    const uint64_t now = rv_clock_ms();

    for (struct rv_crash_watch *at = rv_crash_watches; at < end; at++) {
        char report[RV_CRASH_ROOM] = "";
        rv_platform_lock();
        look_at_locked(at, now, report);
        rv_platform_unlock();
        clear_name(report);
    }
    rv_platform_lock();
    disarm_if_idle_locked();
    rv_platform_unlock();
}

void rv_crash_in_child(void)
{
    rv_crash_signals_in_child();
    hooks = mine != NULL;
    for (struct rv_crash_watch *at = rv_crash_watches; at < end; at++)
        if (at->state == RV_CRASH_SEEN)
            at->state = RV_CRASH_FREE; /* the handler is the parent's */
}
