/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash.h - new code that crashes while it is on probation is taken back.
 *
 * From before its first call until its probation is over an update is watched. While
 * one is, handlers of ours stand before the program's for the signals of a crash
 * (crash_signals.c). If a thread crashes with code of a watched patch on its stack, the
 * handler takes the update back from all calls (core/guard.h), takes its patch out of
 * the journal, says so on stderr, and lets the agent write it down; then the program's
 * own handling goes on as if we had not been there. What is left for the agent, if the
 * process lives: the revert (operate_confirm.c), which puts it into the history. An update
 * that has converted live objects cannot be taken back in a handler: the agent reverts it as
 * any other, if it has a way back.
 *
 * Hooks of a patch are watched while they run, on probation or not: what crashes in one is said
 * with its name. The agent, in whose thread most of them run, has the signals open for so long;
 * else the kernel would end the process and ask nobody.
 *
 * A signal that somebody sends is no crash, but for abort(). A stack that overflows
 * where there is no sigaltstack is seen by nobody: the kernel ends the process.
 *
 * Everything but what crash_signals.c calls is for threads that hold no lock but
 * perhaps the operation lock; the watches are under the core lock, and those that
 * have crashed belong to the handler until it is done.
 */
#ifndef REVECTOR_CRASH_H
#define REVECTOR_CRASH_H

#include "image.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#define RV_CRASH_TEXT 320

enum rv_crash_way {
    RV_CRASH_NO,       /* it has not crashed */
    RV_CRASH_AT_ONCE,  /* taken back in the handler */
    RV_CRASH_IN_ORDER, /* to be reverted, in its own consistency */
    RV_CRASH_STAYS,    /* nobody can revert it */
};

/*
 * The code of update `id`, called `name`, at `place`, is about to be called; `way` is how it
 * goes if it crashes. Cannot fail: of too many at a time the first one's probation is over.
 */
void rv_crash_watch(uint32_t id, const char *name, const struct rv_place *place,
                    enum rv_crash_way way);

/* Its patch is in the journal now, by this absolute path. Nothing, if it is not watched. */
void rv_crash_kept(uint32_t id, const char *path);

/* Its probation ends in so many milliseconds. Nothing, if it is not watched. */
void rv_crash_until(uint32_t id, uint32_t probation_ms);

/* It is over: confirmed, reverted, given up. */
void rv_crash_forget(uint32_t id);

/*
 * Milliseconds left of the probation; 0: not watched, or nobody has said until when. With
 * the core lock.
 */
uint64_t rv_crash_time_left_locked(uint32_t id);

/* If it has crashed, and the handler is done: what way it goes, and why, as a piece of a sentence.
 */
enum rv_crash_way rv_crash_has(uint32_t id, char why[RV_CRASH_TEXT]);

/* A hook, while the calling thread is in it; the caller's own. */
struct rv_crash_hook {
    const char *kind, *function, *patch;
    uint32_t update; /* 0: none yet, or none any more */
    sigset_t before; /* set here: the signals that were blocked */
};

void rv_crash_hook_begin(struct rv_crash_hook *hook);
void rv_crash_hook_end(const struct rv_crash_hook *hook);

/* The one that the calling thread is in, or a null pointer. Signal handlers too. */
const struct rv_crash_hook *rv_crash_hook(void);

/* ---- for the agent's loop ---- */

/* When there is something to do, in milliseconds of CLOCK_MONOTONIC; UINT64_MAX: nothing. */
uint64_t rv_crash_next(void);

/* Writes down what the handler has to say, which waits for that; ends what is over. */
void rv_crash_due(void);

/* After fork, in the child. */
void rv_crash_in_child(void);

/* ---- crash_signals.c ---- */

/* Stand before the program's handlers, or step back. Under the core lock. */
void rv_crash_arm(void);
void rv_crash_disarm(void);
void rv_crash_signals_in_child(void);

/* The calling thread takes them from now on; *before: what it had blocked. */
void rv_crash_unblock(sigset_t *before);

/* ---- crash_seen.c ---- */

/*
 * A thread has crashed here. 1: in or below new code, or a hook; or nobody can tell. Signal
 * handler; errno may change.
 */
int rv_crash_seen(int number, const void *ucontext);

/*
 * A crash that was not, and that ends the program. New code may have broken what other code
 * trips over: an update on probation that the next start would take again is suspected; the
 * third such crash in a row takes its patch out of the journal. Signal handler.
 */
void rv_crash_unexplained(int number);

#endif
