/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move.c - see move.h.
 */
#define _GNU_SOURCE
#include "move.h"
#include "control/clock.h"
#include "examine.h"
#include "revector/error.h"
#include "transform.h"
#include "transition.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WAIT_FIRST   1u  /* ms */
#define WAIT_LONGEST 50u /* ms */
#define ROLL_NS      50000

/*
 * Guards what rv_move_each shows; innermost. The rest is under the operation lock.
 */
static pthread_mutex_t shown = PTHREAD_MUTEX_INITIALIZER;

static struct {
    struct rv_update *update; /* null: none is under way */
    uint64_t deadline;        /* ms, CLOCK_MONOTONIC; 0: none */
    void (*done)(void *context);
    void *context;
    struct rv_span *spans; /* what threads leave in this stage */
    struct rv_piece *pieces;
    uint32_t count;
    struct rv_move_wait *waiting;
    size_t waiting_count;
    int is_listed; /* waiting holds all who existed at some moment of this stage */
    int is_held;   /* not to be committed before rv_move_decide */
    int is_decided; /* to be committed, which others count on */
    uint32_t held; /* number of the update, when all have moved */
    int is_ready;  /* closed, and live objects are converted beside the old ones */
    unsigned wait_ms;
    char late[1024];
    int reason;
} move = {.reason = RV_EMOVETIME};

/* ---- a stage ---- */

static void forget_stage(void)
{
    pthread_mutex_lock(&shown);
    free(move.spans);
    free(move.pieces);
    free(move.waiting);
    move.spans = NULL;
    move.pieces = NULL;
    move.waiting = NULL;
    move.count = 0;
    move.waiting_count = 0;
    move.is_listed = 0;
    pthread_mutex_unlock(&shown);
}

static int note_spans(void)
{
    uint32_t count = rv_update_spans(move.update, NULL, 0);

    move.is_listed = count == 0; /* nobody has anything to leave */
    if (move.is_listed)
        return 0;
    move.spans = calloc(count, sizeof(*move.spans));
    move.pieces = calloc(count, sizeof(*move.pieces));
    if (!move.spans || !move.pieces)
        return RV_ENOMEM;
    move.count = rv_update_spans(move.update, move.spans, count);
    for (uint32_t n = 0; n < count; n++)
        move.pieces[n] =
            (struct rv_piece){move.spans[n].start, move.spans[n].end,
                              move.spans[n].method ? RV_PIECE_BODY : RV_PIECE_TABLE};
    return 0;
}

/*
 * Whoever is born after this listing began has never run what is to be left: it starts
 * with an empty stack, and every way in is a fault that puts it on the other side.
 */
static int list_threads(void)
{
    struct rv_thread_list threads = {0};
    struct rv_move_wait *waiting;
    int error;

    rv_update_mark(move.update);
    error = rv_threads_list(&threads);
    waiting = error ? NULL : calloc(threads.count, sizeof(*waiting));
    if (!error && !waiting)
        error = RV_ENOMEM;
    for (size_t n = 0; n < threads.count && !error; n++)
        waiting[n].thread = threads.all[n];
    pthread_mutex_lock(&shown);
    move.waiting = waiting;
    move.waiting_count = error ? 0 : threads.count;
    move.is_listed = !error;
    pthread_mutex_unlock(&shown);
    rv_threads_free(&threads);
    return error;
}

/* Failures here are those of a moment, and the stage waits for a better one. */
static int prepare_stage(void)
{
    int error = 0;

    if (!move.spans)
        error = note_spans();
    if (!error && !move.is_listed)
        error = list_threads();
    if (error)
        forget_stage();
    return error;
}

/* ---- one thread ---- */

static int is_in_span(uintptr_t pc, void *context)
{
    (void)context;
    for (uint32_t n = 0; n < move.count; n++)
        if (pc >= move.spans[n].start && pc < move.spans[n].end)
            return (int)n + 1;
    return 0;
}

/* The calling thread, if it is one of the program's, has asked for the update. */
static int look_at_self(struct rv_move_wait *wait)
{
    int found = rv_platform_backtrace(is_in_span, NULL);

    wait->hold = found < 0 ? RV_MOVE_UNREADABLE : RV_MOVE_STACK;
    wait->method = found > 0 ? move.spans[found - 1].method : NULL;
    return found == 0;
}

/* 1 if it holds nothing; else `wait` says what. */
static int judge(struct rv_move_wait *wait, const uintptr_t *where)
{
    for (uint32_t n = 0; n < move.count; n++)
        if (where[n]) {
            wait->hold = RV_MOVE_STACK;
            wait->method = move.spans[n].method;
            return 0;
        }
    return 1;
}

static int look_at_other(struct rv_move_wait *wait)
{
    const uintptr_t *where;

    switch (rv_examine_often(wait->thread.tid, &where)) {
    case RV_VERDICT_SEEN:
        return judge(wait, where);
    case RV_VERDICT_GONE:
        return 1;
    case RV_VERDICT_RUNNING:
        wait->hold = RV_MOVE_RUNNING;
        return 0;
    case RV_VERDICT_UNREADABLE:
        break;
    }
    wait->hold = RV_MOVE_UNREADABLE;
    return 0;
}

/* 1 if the thread counts as moved. Where nobody may look, it must find so itself. */
static int look_at(struct rv_move_wait *wait, int is_readable)
{
    wait->method = NULL;
    wait->hold = RV_MOVE_UNREADABLE;
    if (rv_update_has_moved(move.update, wait->thread.tid))
        return 1;
    if (wait->thread.tid == rv_platform_thread())
        return look_at_self(wait);
    return is_readable && look_at_other(wait);
}

/* ---- a round ---- */

static void show(size_t n, struct rv_move_wait *wait)
{
    const struct rv_move_wait *before = &move.waiting[n];

    if (wait->hold != before->hold || wait->method != before->method || !before->since_ms)
        wait->since_ms = rv_clock_ms();
    pthread_mutex_lock(&shown);
    move.waiting[n] = *wait;
    pthread_mutex_unlock(&shown);
}

static void drop_moved(void)
{
    size_t kept = 0;

    pthread_mutex_lock(&shown);
    for (size_t n = 0; n < move.waiting_count; n++)
        if (move.waiting[n].thread.tid)
            move.waiting[kept++] = move.waiting[n];
    move.waiting_count = kept;
    pthread_mutex_unlock(&shown);
}

static void look_at_all(void)
{
    int is_readable;

    if (!rv_examine_begin())
        return; /* garbage is being collected; next time */
    is_readable = rv_examine_for(move.pieces, move.count) == 0;
    for (size_t n = 0; n < move.waiting_count; n++) {
        struct rv_move_wait wait = move.waiting[n];
        if (look_at(&wait, is_readable))
            wait.thread.tid = 0;
        show(n, &wait);
    }
    rv_examine_end();
    drop_moved();
}

static int somebody_runs(void)
{
    for (size_t n = 0; n < move.waiting_count; n++)
        if (move.waiting[n].hold == RV_MOVE_RUNNING)
            return 1;
    return 0;
}

/* Whoever runs, and calls anything at all, has looked at itself when this returns. */
static void call_the_roll(void)
{
    const struct timespec moment = {.tv_nsec = ROLL_NS};

    if (rv_update_roll_call(move.update, 1))
        return;
    nanosleep(&moment, NULL);
    while (rv_update_roll_call(move.update, 0))
        nanosleep(&moment, NULL); /* calls are right meanwhile, but slow */
    look_at_all();
}

const char *rv_move_late(void)
{
    return move.late;
}

static void set_held(uint32_t id)
{
    pthread_mutex_lock(&shown);
    move.held = id;
    pthread_mutex_unlock(&shown);
}

int rv_move_reason(void)
{
    return move.reason;
}

static void turn_back(int reason)
{
    move.reason = reason;
    if (reason == RV_ETAKENBACK || reason == RV_EASKER)
        move.late[0] = 0;
    else if (reason != RV_ETRANSFORM) /* their reasons may be gone when all are back */
        rv_move_say_all(move.waiting, move.waiting_count, move.late, sizeof(move.late));
    rv_transform_drop();
    move.is_ready = 0;
    move.is_held = 0;
    set_held(0);
    rv_update_turn(move.update);
    forget_stage();
    move.deadline = 0;
    move.wait_ms = WAIT_FIRST;
}

/*
 * Nobody is in what is replaced, and whoever calls it waits: the moment for live objects. That
 * may fail, so it comes before an update is held. RV_EBUSY: look at all again; RV_ETRANSFORM:
 * the update is given up.
 */
static int get_ready(void)
{
    const struct rv_patch_image *patch = move.update->owner;
    struct rv_detail detail = {.text = move.late, .size = sizeof(move.late)};
    int error;

    if (move.is_ready || move.update->state != RV_UPDATE_MOVING || !patch ||
        !rv_transform_is_in(patch))
        return 0;
    error = rv_update_close(move.update);
    if (error)
        return error;
    move.is_ready = 1;
    move.late[0] = 0;
    error = rv_transform_prepare(patch, move.update->with, &detail);
    if (error)
        turn_back(RV_ETRANSFORM);
    return error;
}

static int commit(void)
{
    int error;

    if (!move.is_ready)
        return rv_update_commit(move.update);
    error = rv_update_commit_closed(move.update, rv_transform_switch);
    if (error)
        return error;
    rv_transform_finish();
    move.is_ready = 0;
    return 0;
}

/* 0; RV_EBUSY: look at all again; or the tables cannot be opened at this moment. */
static int finish(void)
{
    void (*done)(void *context) = move.done;
    int error = move.update->state == RV_UPDATE_MOVING ? commit() : rv_update_returned(move.update);

    if (!error || error == RV_EBUSY)
        forget_stage();
    if (error)
        return error;
    move.update = NULL;
    if (done)
        done(move.context);
    return 0;
}

/* The new code has crashed before all had come to it. */
static int must_turn(void)
{
    return move.update->is_taken_back && move.update->with &&
           move.update->state == RV_UPDATE_MOVING;
}

void rv_move_expect(uint64_t timeout_ms, void (*done)(void *context), void *context)
{
    move.reason = RV_EFORK; /* unless it is turned here */
    move.late[0] = 0;
    move.deadline = timeout_ms ? rv_clock_ms() + timeout_ms : 0;
    move.done = done;
    move.context = context;
    move.wait_ms = WAIT_FIRST;
    move.is_held = move.is_decided = 0;
}

void rv_move_start(struct rv_update *update)
{
    move.update = update;
}

void rv_move_hold(void)
{
    move.is_held = 1;
}

int rv_move_decide(uint32_t id, int commits)
{
    if (!move.update || move.update->id != id || !move.is_held)
        return RV_ENOUPDATE;
    if (commits) {
        move.is_held = 0;
        move.is_decided = 1;
        move.deadline = 0; /* the others do not give up any more either */
        set_held(0);
    } else {
        turn_back(RV_EFAMILY);
    }
    return 0;
}

int rv_move_cancel(uint32_t id, int reason)
{
    if (!move.update || move.update->id != id || move.update->state != RV_UPDATE_MOVING)
        return RV_ENOUPDATE;
    if (move.is_decided)
        return RV_EBUSY;
    turn_back(reason);
    return 0;
}

void rv_move_describe(char *text, size_t size)
{
    char who[256] = "";

    *text = 0;
    if (!move.update)
        return;
    rv_move_say_all(move.waiting, move.waiting_count, who, sizeof(who));
    snprintf(text, size, "update %u is %s: %s", move.update->id,
             move.update->state == RV_UPDATE_RETURNING ? "returning" : "moving",
             *who ? who : "it ends in a moment");
}

void rv_move_abandon(void)
{
    if (move.update && move.update->state == RV_UPDATE_MOVING)
        turn_back(RV_EDISABLED);
}

int rv_move_is_held(uint32_t id)
{
    int is_held;

    pthread_mutex_lock(&shown);
    is_held = move.held == id;
    pthread_mutex_unlock(&shown);
    return is_held;
}

int rv_move_waits(void)
{
    return move.update && rv_move_is_held(move.update->id);
}

/* 1 if nobody is left who would have to move, and nobody else has to agree. */
static int is_time_to_finish(void)
{
    int error;

    if (!move.is_listed || move.waiting_count)
        return 0;
    error = get_ready();
    if (error == RV_EBUSY)
        forget_stage();
    if (error)
        return 0;
    if (move.is_held)
        set_held(move.update->id);
    return !move.is_held;
}

int rv_move_round(unsigned *wait_ms)
{
    if (!move.update)
        return 0;
    if (must_turn())
        turn_back(RV_ECRASHED);
    if (prepare_stage() == 0) {
        look_at_all();
        if (somebody_runs())
            call_the_roll();
    }
    if (is_time_to_finish() && finish() == 0)
        return 0;
    if (move.deadline && rv_clock_ms() >= move.deadline)
        turn_back(RV_EMOVETIME);
    *wait_ms = move.wait_ms;
    move.wait_ms = move.wait_ms * 2 < WAIT_LONGEST ? move.wait_ms * 2 : WAIT_LONGEST;
    return 1;
}

int rv_move_each(int (*visit)(const struct rv_move_wait *wait, void *context), void *context)
{
    int result = 0;

    pthread_mutex_lock(&shown);
    for (size_t n = 0; n < move.waiting_count && !result; n++)
        if (move.waiting[n].thread.tid)
            result = visit(&move.waiting[n], context);
    pthread_mutex_unlock(&shown);
    return result;
}

static int find_moving(const struct rv_update *update, void *context)
{
    if (!rv_update_is_moving(update))
        return 0;
    *(const struct rv_update **)context = update;
    return 1;
}

void rv_move_in_child(void)
{
    const int was_held = move.is_held;

    pthread_mutex_init(&shown, NULL); /* whoever held it is not in the child */
    move.spans = NULL;                /* not freed: he may have been about to */
    move.pieces = NULL;
    move.waiting = NULL;
    forget_stage();
    rv_transform_in_child();
    move.is_ready = 0;
    move.is_held = 0;
    move.held = 0;
    move.update = NULL;
    rv_updates_each(find_moving, &move.update);
    move.wait_ms = WAIT_FIRST;
    if (was_held && move.update && move.update->state == RV_UPDATE_MOVING)
        turn_back(RV_EFORK);
}
