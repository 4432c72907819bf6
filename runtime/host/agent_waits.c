/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_waits.c - see agent_waits.h.
 */
#define _GNU_SOURCE
#include "agent_waits.h"
#include "agent.h"
#include "leftover.h"
#include "loader.h"
#include "revector/error.h"

#include <stdio.h>
#include <string.h>

static int note_keeper(const struct rv_garbage *piece, void *context)
{
    struct agent_waits *waits = context;

    if (waits->keeper_count == AGENT_WAITS) {
        waits->more_keepers++;
        return 0;
    }
    waits->keepers[waits->keeper_count++] =
        (struct agent_keeper){piece->update, piece->kind, piece->hold, piece->holder, piece->where};
    return 0;
}

static int note_waiter(const struct rv_move_wait *wait, void *context)
{
    struct agent_waits *waits = context;
    struct agent_waiter *waiter = &waits->waiters[waits->waiter_count];

    if (waits->waiter_count == AGENT_WAITS) {
        waits->more_waiters++;
        return 0;
    }
    *waiter = (struct agent_waiter){.wait = *wait};
    if (wait->method)
        snprintf(waiter->function, sizeof(waiter->function), "%s",
                 RV_TARGET(const char, wait->method->name));
    waits->waiter_count++;
    return 0;
}

static int note_straggler(const struct rv_leftover *leftover, void *context)
{
    struct agent_waits *waits = context;
    struct agent_straggler *straggler = &waits->stragglers[waits->straggler_count];

    if (waits->straggler_count == AGENT_WAITS) {
        waits->more_stragglers++;
        return 0;
    }
    *straggler = (struct agent_straggler){.update = leftover->update,
                                          .thread = leftover->thread,
                                          .runs = leftover->runs,
                                          .is_endless = leftover->is_endless};
    if (leftover->method)
        snprintf(straggler->function, sizeof(straggler->function), "%s", leftover->method);
    waits->straggler_count++;
    return 0;
}

static const char *thread_text(enum rv_hold hold)
{
    switch (hold) {
    case RV_HOLD_RUNNING:
        return "has not been seen outside of it since";
    case RV_HOLD_STACK:
        return "has it on its stack";
    case RV_HOLD_REGISTER:
        return "runs in it";
    case RV_HOLD_UNREADABLE:
        return "the system does not let us look at it";
    default:
        return "not examined yet";
    }
}

static void say_thread(const struct agent_keeper *keeper, char *text, size_t size)
{
    char who[RV_THREAD_TEXT];

    rv_thread_text(keeper->holder, who);
    snprintf(text, size, "%s %s", who, thread_text(keeper->hold));
}

/* Nobody's in particular. */
static void say_hold(const struct agent_keeper *keeper, char *text, size_t size)
{
    const unsigned long where = keeper->where;

    switch (keeper->hold) {
    case RV_HOLD_SEARCH:
        snprintf(text, size, "memory is searched for pointers to it");
        return;
    case RV_HOLD_MEMORY:
        snprintf(text, size, "a pointer to it is saved at %#lx", where);
        return;
    case RV_HOLD_SIGNAL:
        snprintf(text, size, "signal %lu is handled in it", where);
        return;
    case RV_HOLD_TIMER:
        snprintf(text, size, "timer %lu has a pointer to it", where);
        return;
    case RV_HOLD_EPOLL:
        snprintf(text, size, "epoll descriptor %lu has a pointer to it", where);
        return;
    default:
        snprintf(text, size, "%s", thread_text(keeper->hold));
    }
}

static void put_keeper(struct rv_ctl_writer *out, const struct agent_keeper *keeper)
{
    char why[128], text[160];

    if (keeper->holder)
        say_thread(keeper, why, sizeof(why));
    else
        say_hold(keeper, why, sizeof(why));
    snprintf(text, sizeof(text), "%s: %s", keeper->kind == RV_GARBAGE_CODE ? "code" : "table", why);
    rv_ctl_put_text(out, RV_CTL_TAG_KEEPER, text);
}

static void put_waiter(struct rv_ctl_writer *out, const struct agent_waiter *waiter)
{
    char text[RV_MOVE_TEXT];

    rv_move_say(&waiter->wait, waiter->function, text, sizeof(text));
    rv_ctl_put_text(out, RV_CTL_TAG_KEEPER, text);
}

static void put_more(struct rv_ctl_writer *out, enum rv_ctl_tag tag, uint32_t count)
{
    char text[48];

    if (!count)
        return;
    snprintf(text, sizeof(text), "and %u more", count);
    rv_ctl_put_text(out, tag, text);
}

static void put_waiters(const struct agent_waits *waits, const struct rv_update *update,
                        struct rv_ctl_writer *out)
{
    if (!rv_update_is_moving(update))
        return;
    for (uint32_t i = 0; i < waits->waiter_count; i++)
        put_waiter(out, &waits->waiters[i]);
    put_more(out, RV_CTL_TAG_KEEPER, waits->more_waiters);
}

/* When it leaves what it is in. main is called once, so what is new in it nobody will run. */
static const char *until(const struct agent_straggler *straggler)
{
    if (straggler->is_endless)
        return "for good because it never returns";
    if (!strcmp(straggler->function, "main"))
        return "for good because nobody calls it again";
    return "until it returns";
}

static void put_straggler(const struct agent_straggler *straggler, struct rv_ctl_writer *out)
{
    char text[256];

    if (straggler->update)
        snprintf(text, sizeof(text), "%s (thread %d) %s", straggler->function,
                 (int)straggler->thread, until(straggler));
    else
        snprintf(text, sizeof(text), "not known of thread %d, which %s", (int)straggler->thread,
                 straggler->runs ? "runs" : "the system does not let us look at");
    rv_ctl_put_text(out, RV_CTL_TAG_OLD_CODE, text);
}

/* Of a thread that ran nothing is known, whatever update it is about. */
static void put_stragglers(const struct agent_waits *waits, const struct rv_update *update,
                           struct rv_ctl_writer *out)
{
    const struct rv_patch_image *patch = update->owner;
    char text[160];

    if (update->state != RV_UPDATE_COMMITTED || !patch || !patch->at_once)
        return;
    for (uint32_t i = 0; i < waits->straggler_count; i++)
        if (waits->stragglers[i].update == update->id || !waits->stragglers[i].update)
            put_straggler(&waits->stragglers[i], out);
    put_more(out, RV_CTL_TAG_OLD_CODE, waits->more_stragglers);
    if (!waits->straggler_error)
        return;
    snprintf(text, sizeof(text), "not known: %s", rv_error_text(waits->straggler_error));
    rv_ctl_put_text(out, RV_CTL_TAG_OLD_CODE, text);
}

/* Whose those are that are not shown is not known: of any that has ended. */
static void put_keepers(const struct agent_waits *waits, const struct rv_update *update,
                        struct rv_ctl_writer *out)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < waits->keeper_count; i++) {
        if (waits->keepers[i].update != update->id)
            continue;
        put_keeper(out, &waits->keepers[i]);
        count++;
    }
    if (rv_update_has_ended(update))
        put_more(out, RV_CTL_TAG_KEEPER, waits->more_keepers);
    rv_ctl_put_number(out, RV_CTL_TAG_HOLDERS, count);
}

void agent_waits_note(struct agent_waits *waits)
{
    rv_garbage_each(note_keeper, waits);
    rv_move_each(note_waiter, waits);
    waits->straggler_error = rv_leftovers_each(note_straggler, waits);
}

void agent_waits_put(const struct agent_waits *waits, const struct rv_update *update,
                     struct rv_ctl_writer *out)
{
    put_keepers(waits, update, out);
    put_waiters(waits, update, out);
    put_stragglers(waits, update, out);
}
