/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash_watch.h - the updates on probation, for the two sides that look at them.
 *
 * crash.c is the side of the agent and of whoever applies, crash_seen.c that of the
 * signal handler, which allocates nothing: so there is a fixed number of them, with room
 * for all that it has to say.
 */
#ifndef REVECTOR_CRASH_WATCH_H
#define REVECTOR_CRASH_WATCH_H

#include "crash.h"
#include "update.h"

#include <limits.h>

#define RV_CRASH_WATCHES 16
#define RV_CRASH_ROOM    (PATH_MAX + 32)

enum rv_crash_state {
    RV_CRASH_FREE,
    RV_CRASH_WATCHED,
    RV_CRASH_SEEN,    /* the watch is the handler's */
    RV_CRASH_DONE,    /* the handler waits until the agent has written it down, not for long */
    RV_CRASH_WRITTEN, /* it stays like this until the update has gone */
};

struct rv_crash_watch {
    uint32_t state; /* enum rv_crash_state; atomic */
    uint32_t id;
    char name[RV_UPDATE_NAME_MAX];
    enum rv_crash_way way;
    uintptr_t start, end; /* of the patch's image */
    uint64_t deadline;    /* milliseconds, CLOCK_MONOTONIC; 0: none yet */
    char path[RV_CRASH_ROOM];   /* in the journal; "": it is not */
    char moved[RV_CRASH_ROOM];  /* its name there after a crash */
    char report[RV_CRASH_ROOM]; /* of a text that tells why */
    char why[RV_CRASH_TEXT];    /* "SIGSEGV in f+0x12" */
    char line[RV_CRASH_TEXT];   /* for stderr and the log */
};

/* Core lock, but for one that is the handler's. */
extern struct rv_crash_watch rv_crash_watches[RV_CRASH_WATCHES];

/*
 * The interrupted instruction and the return addresses above it, until `visit` returns
 * other than 0. Signal handler: no locks, no memory. backtrace.c
 */
int rv_backtrace_crash(const void *ucontext, int (*visit)(uintptr_t pc, void *context),
                       void *context);

#endif
