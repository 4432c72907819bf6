/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ours.h - memory in which a pointer to a patch is not the program's.
 *
 * The runtime's own records of patches, and the shadow data that goes with a patch, would
 * else keep it loaded for ever; stacks that are looked at as threads are (examine.h) have
 * parts that are not in use.
 *
 * One thread at a time: the examiner.
 */
#ifndef REVECTOR_OURS_H
#define REVECTOR_OURS_H

#include "own.h"

/*
 * Takes note of all such memory as it is now: a list that was noted before is replaced.
 * `patches` are what the shadow data belongs to that is left out. RV_ENOMEM. Takes the locks
 * of the dynamic linker, of shadow data and of the core, one after the other.
 */
int rv_ours_note(const struct rv_range *patches, size_t count) __attribute__((warn_unused_result));

int rv_ours_has(uintptr_t address);
void rv_ours_forget(void); /* also in the child of a fork, in the middle of anything */

#endif
