/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow.h - what shadow.c offers to the other files of the host; see also
 * revector/shadow.h.
 */
#ifndef REVECTOR_HOST_SHADOW_H
#define REVECTOR_HOST_SHADOW_H

#include "own.h"
#include "revector/shadow.h"

/*
 * Frees the data of all ids that lie in [start, end), a patch that is about to be
 * unmapped; `destroy` 0: without their destroy functions, which may use what is gone.
 * Without locks: those functions are the author's.
 */
void rv_shadow_free_within(uintptr_t start, uintptr_t end, int destroy);

/*
 * Calls `visit` for the memory of each entry whose ID lies in [start, end), with a lock held;
 * ends early with what is not 0. It must not use shadow data.
 */
int rv_shadow_ranges(uintptr_t start, uintptr_t end,
                     int (*visit)(struct rv_range range, void *context), void *context);

/* Around a fork, so that the child's table is whole; after it in both processes. */
void rv_shadow_before_fork(void);
void rv_shadow_after_fork(void);

#endif
