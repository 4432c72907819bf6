/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own.h - memory for lists of addresses in patches.
 *
 * In the program's heap a search for pointers to patches would find them, and keep the patches
 * loaded; also long after they were freed. So they lie in pages of their own, which a search
 * leaves out (ours.h).
 *
 * Any thread, any lock held; not for signal handlers.
 */
#ifndef REVECTOR_OWN_H
#define REVECTOR_OWN_H

#include <stddef.h>
#include <stdint.h>

/* [start, end) */
struct rv_range {
    uintptr_t start, end;
};

/* Like calloc and free; some bytes also for a count of 0. */
void *rv_own_alloc(size_t count, size_t size);
void rv_own_free(void *memory);

/*
 * Like realloc, but `bytes` are no fewer than before, with zeroes behind what there was. A null
 * pointer: no memory, and nothing has changed.
 */
void *rv_own_grow(void *memory, size_t bytes);

/* All of it, up to `room` ranges; returns how many there are. */
size_t rv_own_list(struct rv_range *to, size_t room);

/* Around a fork, in the parent and in the child: the child has a whole list. */
void rv_own_before_fork(void);
void rv_own_after_fork(void);

#endif
