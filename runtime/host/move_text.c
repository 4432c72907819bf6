/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move_text.c - why a thread has not moved, for people. Any thread, no lock taken.
 */
#define _GNU_SOURCE
#include "move.h"

#include <stdio.h>

static const char *why(enum rv_move_hold hold, int has_function)
{
    switch (hold) {
    case RV_MOVE_UNSEEN:
        break;
    case RV_MOVE_RUNNING:
        return "runs, and has called nothing yet";
    case RV_MOVE_UNREADABLE:
        return "has a stack that cannot be read to its end";
    case RV_MOVE_STACK:
        return has_function ? "is inside " : "was interrupted on its way to a replaced function";
    }
    return "not examined yet";
}

void rv_move_say(const struct rv_move_wait *wait, const char *function, char *text, size_t size)
{
    char name[RV_THREAD_NAME];

    rv_thread_name(wait->thread.tid, name);
    snprintf(text, size, "thread %d (%s) %s%s", (int)wait->thread.tid, name,
             why(wait->hold, *function), wait->hold == RV_MOVE_STACK ? function : "");
}
