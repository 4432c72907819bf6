/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock.h - the clock of deadlines and durations, for the command and the process.
 *
 * CLOCK_MONOTONIC: nobody sets it. Any thread, also in signal handlers.
 */
#ifndef REVECTOR_CONTROL_CLOCK_H
#define REVECTOR_CONTROL_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t rv_clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t rv_clock_ms(void)
{
    return rv_clock_ns() / 1000000;
}

#endif
