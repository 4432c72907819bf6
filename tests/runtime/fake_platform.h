/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_platform.h - a platform for the core that fails on command and keeps books.
 *
 * Pages are real and really protected, so a write outside a window is a crash.
 */
#ifndef FAKE_PLATFORM_H
#define FAKE_PLATFORM_H

#include "rv_platform.h"

#define FAKE_THREADS 2000

struct fake_platform {
    int thread;       /* the calling one: 0, 1, ... */
    struct rv_side side[FAKE_THREADS];
    int parked_count; /* stacks that nobody is on, in rv_platform_sides */
    struct rv_side parked[2];
    void (*while_waiting)(void); /* null: who waits must not */
    int waits;
    void (*while_looking)(void); /* while a fault looks at its stack; null: nothing happens */
    uintptr_t stack[8];  /* program counters on its stack, 0 behind the last */
    uintptr_t function_size; /* of every function */
    int stack_error;     /* what its backtrace returns at the end */
    int fail_after; /* this many more calls that may fail succeed, then one fails; -1: none */
    int calls; /* calls that may fail, so far */
    long pieces, pages; /* outstanding allocations */
    int locked;
    int wakes; /* calls of rv_platform_garbage */
    int gone; /* what rv_platform_gone says */
    struct rv_place place; /* what rv_platform_place says */
    char logged[256]; /* last line */
};

extern struct fake_platform fake;

#endif
