/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sort.h - sorting without recursion, memory or a bad case (heap sort).
 *
 * For the core, which has no C library; and for lists of addresses, of which qsort leaves a copy
 * in the heap, where they look like saved pointers (host/own.h). Any thread.
 */
#ifndef REVECTOR_SORT_H
#define REVECTOR_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Elements of `size` bytes, a multiple of 8; `less(a, b)` says whether a comes before b. */
void rv_sort(void *base, uint32_t count, size_t size, int (*less)(const void *a, const void *b));

#endif
