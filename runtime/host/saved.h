/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saved.h - is a pointer to one of these patches saved anywhere in the process?
 *
 * Searches all memory that the process has written to, and what the kernel holds for it;
 * but not stacks, which examine.h looks at, and not what ours.h leaves out. Conservative: an
 * aligned word that leads into a patch counts, whatever it was meant to be. Nobody is stopped,
 * so a pointer that is moved meanwhile may be missed: why that is enough is in core/UPDATES.md,
 * "Why searching works".
 *
 * A search goes on step by step, so that who else needs the thread need not wait. One at a
 * time, by the examiner.
 */
#ifndef REVECTOR_SAVED_H
#define REVECTOR_SAVED_H

#include "garbage.h"
#include "linked.h"

/* A patch that is looked for, and what came of it. */
struct rv_saved {
    struct rv_garbage *piece;       /* only handed back */
    struct rv_range patch;          /* disjoint from the others */
    const struct rv_linked *linked; /* good until the end of the search */
    enum rv_hold why;               /* RV_HOLD_MEMORY, ...; RV_HOLD_UNEXAMINED: nothing */
    uintptr_t where;                /* as in struct rv_garbage */
};

/*
 * Begins to look for all of these, one or more, and takes over the list (own.h), also if it
 * fails. RV_ENOMEM, RV_EUNREADABLE, RV_EBUSY. Locks: see rv_ours_note.
 */
int rv_saved_begin(struct rv_saved *patches, size_t count) __attribute__((warn_unused_result));

/* Whether a search has begun and not ended. */
int rv_saved_is_on(void);

/*
 * Goes on for about that many bytes of memory. 1: there is more. 0: it is through, and
 * rv_saved_result says what was found. RV_EUNREADABLE, RV_ENOMEM, RV_EBUSY: nobody can say. Locks
 * as above.
 */
int rv_saved_go_on(size_t bytes) __attribute__((warn_unused_result));

/* The word at an address; 0: it cannot be read. */
int rv_saved_read(uintptr_t where, uintptr_t *word);

const struct rv_saved *rv_saved_result(size_t *count);

void rv_saved_end(void);
void rv_saved_in_child(void); /* after fork, after rv_own_after_fork */

/*
 * For saved.c: calls `visit` for each pointer of the program's that the kernel holds.
 * RV_EUNREADABLE, RV_ENOMEM, RV_EBUSY: not for all of them.
 */
int rv_saved_each_in_kernel(void (*visit)(uintptr_t pointer, enum rv_hold why, uintptr_t where))
    __attribute__((warn_unused_result));

#endif
