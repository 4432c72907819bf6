/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inject.h - lets one allocation, or one system call, of the calling thread fail.
 *
 * Allocations: malloc, calloc and realloc of this program, which the runtime, the C
 * library and the dynamic linker call too. System calls: all that the thread makes,
 * whoever makes them for it, but for those that give something back or that Linux
 * never refuses. Nothing of the tested code is replaced: a seccomp filter asks the
 * parent process, which counts. So inject_run() forks.
 *
 * Not with sanitizers, which have a malloc of their own.
 */
#ifndef INJECT_H
#define INJECT_H

#include <stddef.h>

enum inject_kind { INJECT_ALLOCATION, INJECT_SYSTEM_CALL, INJECT_KINDS };

/* Runs `body` in a child under the filter and returns its result; 77: there is no such filter. */
int inject_run(int (*body)(void));

/* The n-th one from now on fails, counted from 1. In the thread that called `body`. */
void inject_arm(enum inject_kind kind, long n);

/* 1: one has failed since, and *what is the system call's number, or -1. */
int inject_disarm(int *what);

/* Bytes that have been allocated and not freed, in the whole process. */
size_t inject_held(void);

#endif
