/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turns.c - see turns.h.
 */
#define _GNU_SOURCE
#include "turns.h"

#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TURN_NS 100000 /* the least that Linux takes */

/* As linux/sched/types.h has it, which cannot be included next to <sched.h>. */
struct scheduling {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

void rv_ctl_short_turns(void)
{
    struct scheduling now = {0};

    if (syscall(SYS_sched_getattr, 0, &now, sizeof(now), 0) || now.policy != SCHED_OTHER)
        return;
    now.size = sizeof(now);
    now.runtime = TURN_NS;
    (void)syscall(SYS_sched_setattr, 0, &now, 0);
}
