/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate.c - a lock that a fork waits for; see gate.h.
 */
#define _GNU_SOURCE
#include "gate.h"

#include <pthread.h>
#include <time.h>

#define PATIENCE 1 /* seconds; loading a patch takes a millisecond */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static __thread int inside; /* this thread, of its own accord or for a fork */
static __thread int closed_for_fork;

void rv_gate_enter(void)
{
    pthread_mutex_lock(&gate);
    inside = 1;
}

void rv_gate_leave(void)
{
    inside = 0;
    pthread_mutex_unlock(&gate);
}

/* A fork by the thread that is inside (a patch's constructor) must not wait for itself. */
void rv_gate_before_fork(void)
{
    struct timespec limit;

    clock_gettime(CLOCK_MONOTONIC, &limit);
    limit.tv_sec += PATIENCE;
    closed_for_fork = !inside && pthread_mutex_clocklock(&gate, CLOCK_MONOTONIC, &limit) == 0;
}

void rv_gate_after_fork(void)
{
    if (closed_for_fork)
        pthread_mutex_unlock(&gate);
}

void rv_gate_in_child(void)
{
    if (closed_for_fork)
        pthread_mutex_unlock(&gate);
    else if (!inside)
        pthread_mutex_init(&gate, NULL); /* whoever is inside is not in the child */
}
