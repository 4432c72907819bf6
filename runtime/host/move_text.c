/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move_text.c - why a thread has not moved, for people. Any thread, no lock taken.
 */
#define _GNU_SOURCE
#include "blocked.h"
#include "control/clock.h"
#include "move.h"

#include <stdio.h>
#include <string.h>

/* With a %s for the function's name, and what will free it. */
static const char *const wait_texts[][2] = {
    [RV_MOVE_UNSEEN] = {"has not been looked at", ""},
    [RV_MOVE_RUNNING] = {"runs", "moves when it blocks or calls a function that is translated, "
                                 "outside of what is replaced"},
    [RV_MOVE_STACK] = {"is inside %s", "moves when that has returned"},
    [RV_MOVE_UNREADABLE] = {"has a stack that cannot be read to its end",
                            "moves when it calls a function that is replaced"},
};

/* It may have left since: nobody but itself can tell, in its next call. */
static const char *const running_since[2] = {
    "runs, was inside %s at its last call",
    "moves when that has returned and it blocks or calls a function that is translated"};

static const char *const interrupted[2] = {"was interrupted on its way to a replaced function",
                                           "moves when the signal handler has returned"};

static const char *const *choose_texts(enum rv_move_hold hold, int has_name)
{
    if (hold == RV_MOVE_RUNNING && has_name)
        return running_since;
    if (hold == RV_MOVE_STACK && !has_name)
        return interrupted;
    return wait_texts[hold];
}

/* ", in poll (its descriptors)", or nothing. */
static void say_blocked(pid_t tid, char text[RV_BLOCKED_TEXT + 2])
{
    struct rv_thread_view view;
    char call[RV_BLOCKED_TEXT] = "";

    if (tid > 0) {
        rv_thread_look(tid, &view);
        rv_blocked_text(tid, &view, call);
    }
    snprintf(text, RV_BLOCKED_TEXT + 2, "%s%s", *call ? ", " : "", call);
}

void rv_move_say(const struct rv_move_wait *wait, const char *function, char *text, size_t size)
{
    const char *const *texts = choose_texts(wait->hold, *function != 0);
    const uint64_t ms = wait->since_ms ? rv_clock_ms() - wait->since_ms : 0;
    char who[RV_THREAD_TEXT], why[192], call[RV_BLOCKED_TEXT + 2] = "";

    rv_thread_text(wait->thread.tid, who);
    snprintf(why, sizeof(why), texts[0], function);
    if (wait->hold == RV_MOVE_STACK || wait->hold == RV_MOVE_UNREADABLE)
        say_blocked(wait->thread.tid, call);
    snprintf(text, size, "%s %s%s, seen so for %llu.%llu s%s%s", who, why, call,
             (unsigned long long)ms / 1000, (unsigned long long)ms % 1000 / 100,
             *texts[1] ? ": " : "", texts[1]);
}

void rv_move_say_all(const struct rv_move_wait *waits, size_t count, char *text, size_t size)
{
    const size_t room = size - sizeof("; and 4294967295 more");
    size_t used = 0;

    text[0] = 0;
    for (size_t n = 0; n < count; n++) {
        const char *name = waits[n].method ? RV_TARGET(const char, waits[n].method->name) : "";
        char one[RV_MOVE_TEXT];

        rv_move_say(&waits[n], name, one, sizeof(one));
        if (used + strlen(one) + 2 > room) {
            snprintf(text + used, size - used, "%sand %zu more", used ? "; " : "", count - n);
            return;
        }
        used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "; " : "", one);
    }
}
