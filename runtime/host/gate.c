/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate.c - a lock that a fork waits for; see gate.h.
 */
#define _GNU_SOURCE
#include "gate.h"

#include <pthread.h>
#include <time.h>

#define PATIENCE 1 /* seconds; loading a patch takes a millisecond */

/* Error-checking: a fork by the thread that is inside must not wait for itself. */
static pthread_mutex_t gate = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static __thread int closed_by_us;

void rv_gate_enter(void)
{
    pthread_mutex_lock(&gate);
}

void rv_gate_leave(void)
{
    pthread_mutex_unlock(&gate);
}

void rv_gate_before_fork(void)
{
    struct timespec limit;

    clock_gettime(CLOCK_MONOTONIC, &limit);
    limit.tv_sec += PATIENCE;
    closed_by_us = pthread_mutex_clocklock(&gate, CLOCK_MONOTONIC, &limit) == 0;
}

void rv_gate_after_fork(void)
{
    if (closed_by_us)
        pthread_mutex_unlock(&gate);
}

/* The only thread here has another number than the one that holds it. */
void rv_gate_in_child(void)
{
    static const pthread_mutex_t open = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
    gate = open;
}
