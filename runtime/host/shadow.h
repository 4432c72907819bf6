/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow.h - what shadow.c offers to the other files of the host; see also
 * revector/shadow.h.
 */
#ifndef REVECTOR_HOST_SHADOW_H
#define REVECTOR_HOST_SHADOW_H

#include "revector/shadow.h"
#include <stdint.h>

/*
 * Frees the data of all ids that lie in [start, end), a patch that is about to be
 * unmapped; `destroy` 0: without their destroy functions, which may use what is gone.
 * Without locks: those functions are the author's.
 */
void rv_shadow_free_within(uintptr_t start, uintptr_t end, int destroy);

/* Around a fork, so that the child's table is whole; after it in both processes. */
void rv_shadow_before_fork(void);
void rv_shadow_after_fork(void);

#endif
