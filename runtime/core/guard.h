/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.h - takes an update back from calls at once, when its code has crashed.
 *
 * A revert waits for threads, allocates, and needs every other update to be at rest.
 * This does nothing but store, so that a signal handler may do it, at any moment of
 * that update's life or of another one's: wherever a table leads to a body of the
 * update, it leads to what the method was without it, and no later step brings the
 * body back. Threads that are inside go on there until they return; they may run old
 * and new functions mixed. The update's state stays what it was: whoever comes out
 * alive reverts it, or gives it up, as any other.
 */
#ifndef REVECTOR_GUARD_H
#define REVECTOR_GUARD_H

#include "update.h"

/*
 * With the core lock, maybe in a signal handler: allocates nothing. RV_ENOUPDATE;
 * RV_EPROTECT: the platform refuses, and calls of some methods reach the update still.
 */
int rv_guard_take_back_locked(uint32_t id) __attribute__((warn_unused_result));

/*
 * The method of update `id` that has a body with `pc` in it, or a null pointer; *offset
 * is how far. Core lock, allocates nothing.
 */
const struct rv_method *rv_guard_method_locked(uint32_t id, uintptr_t pc, uintptr_t *offset);

#endif
