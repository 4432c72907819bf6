/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move.c - see move.h.
 */
#define _GNU_SOURCE
#include "move.h"
#include "control/clock.h"
#include "host.h"
#include "move_stage.h"
#include "revector/error.h"
#include "transform.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define WAIT_FIRST   1u  /* ms */
#define WAIT_LONGEST 50u /* ms */
#define ROLL_NS      50000

/* Guards move.held; innermost. The rest is under the operation lock. */
static pthread_mutex_t shown = PTHREAD_MUTEX_INITIALIZER;

static struct {
    struct rv_update *update; /* null: none is under way */
    uint64_t deadline;        /* ms, CLOCK_MONOTONIC; 0: none */
    void (*done)(void *context);
    void *context;
    int is_held;   /* not to be committed before rv_move_decide */
    int is_decided; /* to be committed, which others count on */
    uint32_t held; /* number of the update, when all have moved */
    int is_ready;  /* closed, and live objects are converted beside the old ones */
    unsigned wait_ms;
    char late[RV_MOVE_LATE];
    int reason;
} move = {.reason = RV_EMOVETIME};

/* Whoever runs, and calls anything at all, has looked at itself when this returns. */
static void call_the_roll(void)
{
    const struct timespec moment = {.tv_nsec = ROLL_NS};

    if (rv_update_roll_call(move.update, 1))
        return;
    nanosleep(&moment, NULL);
    while (rv_update_roll_call(move.update, 0))
        nanosleep(&moment, NULL); /* calls are right meanwhile, but slow */
    rv_move_stage_look();
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
        rv_move_stage_say(move.late, sizeof(move.late));
    rv_transform_drop();
    move.is_ready = 0;
    move.is_held = 0;
    set_held(0);
    rv_update_turn(move.update);
    rv_move_stage_forget();
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
        rv_move_stage_forget();
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
    char who[RV_MOVE_MORE] = "";

    *text = 0;
    if (!move.update)
        return;
    rv_move_stage_say(who, sizeof(who));
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

/*
 * 1 if nobody is left who would have to move, whoever asked still waits for it, and nobody else
 * has to agree.
 */
static int is_time_to_finish(void)
{
    int error;

    if (!rv_move_stage_is_over())
        return 0;
    if (move.update->state == RV_UPDATE_MOVING && !move.is_decided && rv_agent_asker_has_gone()) {
        turn_back(RV_EASKER);
        return 0;
    }
    error = get_ready();
    if (error == RV_EBUSY)
        rv_move_stage_forget();
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
    if (rv_move_stage_prepare(move.update) == 0) {
        rv_move_stage_look();
        if (rv_move_stage_runs())
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
    rv_move_stage_in_child();
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
