/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move.h - moves the threads of the process from one side of an update to the other.
 *
 * A thread has moved when it was seen, blocked, with nothing of the side that it
 * leaves on its stack, or when it found so itself in a method fault. Whoever holds
 * the operation lock (operation.h) calls all of this but rv_move_each; the agent does so
 * in its loop, a program's own thread until it is through.
 */
#ifndef REVECTOR_MOVE_H
#define REVECTOR_MOVE_H

#include "threads.h"
#include "update.h"

enum rv_move_hold {
    RV_MOVE_UNSEEN,     /* nobody has looked yet */
    RV_MOVE_RUNNING,    /* it runs, so only itself could look, in a call */
    RV_MOVE_STACK,      /* a function that it has to leave is on its stack */
    RV_MOVE_UNREADABLE, /* the system does not let us look, or the stack ends nowhere */
};

/* A thread that has not moved yet. */
struct rv_move_wait {
    struct rv_thread_key thread;
    enum rv_move_hold hold;
    const struct rv_method *method; /* STACK: which function; RUNNING: when last seen; or null */
    uint64_t since_ms;              /* rv_clock_ms() of the first look that found it so */
};

/*
 * An update is about to move. After `timeout_ms` from now it is turned back; 0: never.
 * `done`, if not null, is called with `context` when the update is no longer under way. Comes
 * before threads can notice, so that the child of a fork knows it, too.
 */
void rv_move_expect(uint64_t timeout_ms, void (*done)(void *context), void *context);

/* It is MOVING. */
void rv_move_start(struct rv_update *update);

/*
 * The update that has just been started is not to be committed before rv_move_decide, even
 * if all threads have moved: other processes take it too.
 */
void rv_move_hold(void);

/*
 * Such an update, number `id`: 1, it is to be committed, and is not given up any more; 0, it
 * is given up. RV_ENOUPDATE: it is not held, or not any more. What follows, rounds do.
 */
int rv_move_decide(uint32_t id, int commits) __attribute__((warn_unused_result));

/*
 * Update `id` is given up, and rv_move_reason() will be `reason`. Rounds follow. RV_ENOUPDATE:
 * it is not MOVING. RV_EBUSY: it is about to be committed, here and elsewhere.
 */
int rv_move_cancel(uint32_t id, int reason) __attribute__((warn_unused_result));

/* If an update is MOVING it is given up: nobody will look at threads any more. Rounds follow. */
void rv_move_abandon(void);

/* 1 if all threads have moved, and it is held. Any thread. */
int rv_move_is_held(uint32_t id);

/* The same for the update that is under way. */
int rv_move_waits(void);

/* One look at the threads that have not moved. 0: no update is under way; else *wait_ms. */
int rv_move_round(unsigned *wait_ms);

/* Calls `visit` for each thread that has not moved, all of one moment; any thread. */
int rv_move_each(int (*visit)(const struct rv_move_wait *wait, void *context), void *context);

/* What `wait` says, as a sentence about its thread. Any thread, no lock taken. */
#define RV_MOVE_TEXT 512
void rv_move_say(const struct rv_move_wait *wait, const char *function, char *text, size_t size);
/*
 * Sentences of as many as `text` has room for, and how many more there are; one at least fits
 * into RV_MOVE_MORE.
 */
#define RV_MOVE_MORE (RV_MOVE_TEXT + 32)
void rv_move_say_all(const struct rv_move_wait *waits, size_t count, char *text, size_t size);

/*
 * Which update is under way, how far it is, and what it waits for, as the names behind
 * RV_EBUSY; "": none is. Operation lock.
 */
void rv_move_describe(char *text, size_t size);

/*
 * Why the last update was given up: RV_EMOVETIME, and late: the threads that had not moved;
 * RV_ETRANSFORM, and late: what could not be converted; RV_EFAMILY; what rv_move_cancel was
 * given; or RV_EFORK, in the child
 * of a fork, where the core has given it up. Operation lock.
 */
int rv_move_reason(void);
#define RV_MOVE_LATE 896 /* bytes at most: a row of the history has it and the error's sentence */
const char *rv_move_late(void);

/*
 * After fork, when the core has put the child on one side, or has not: then rounds go on with
 * it, until the same deadline. One that is held is turned back: nobody in the child hears the
 * word.
 */
void rv_move_in_child(void);

#endif
