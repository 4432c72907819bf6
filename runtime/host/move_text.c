/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move_text.c - why a thread has not moved, for people. Any thread, no lock taken.
 */
#define _GNU_SOURCE
#include "control/clock.h"
#include "move.h"

#include <stdio.h>

/* With a %s for the function's name, and what will free it. */
static const char *const wait_texts[][2] = {
    [RV_MOVE_UNSEEN] = {"has not been looked at", ""},
    [RV_MOVE_RUNNING] = {"runs", "moves when it blocks or calls a function that is translated"},
    [RV_MOVE_STACK] = {"is inside %s", "moves when that has returned"},
    [RV_MOVE_UNREADABLE] = {"has a stack that cannot be read to its end",
                            "moves when it calls a function that is replaced"},
};

static const char *const interrupted[2] = {"was interrupted on its way to a replaced function",
                                           "moves when the signal handler has returned"};

void rv_move_say(const struct rv_move_wait *wait, const char *function, char *text, size_t size)
{
    const int has_name = wait->hold != RV_MOVE_STACK || *function;
    const char *const *texts = has_name ? wait_texts[wait->hold] : interrupted;
    const uint64_t ms = wait->since_ms ? rv_clock_ms() - wait->since_ms : 0;
    char who[RV_THREAD_TEXT], why[192];

    rv_thread_text(wait->thread.tid, who);
    snprintf(why, sizeof(why), texts[0], function);
    snprintf(text, size, "%s %s, for %llu.%llu s%s%s", who, why, (unsigned long long)ms / 1000,
             (unsigned long long)ms % 1000 / 100, *texts[1] ? ": " : "", texts[1]);
}
