/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rounds.h - what happens to garbage between the moment that no thread has it and its end.
 *
 *   stage       ends when
 *   CLEARING    no thread has it (reclaim.c): a table, or code after the last round, is CLEAN
 *               then, other code SEARCHING
 *   SEARCHING   memory has been searched. Nothing was found: CLEARING once more; something was:
 *               RESTING
 *   RESTING     the rest is over, twice as long as the one before: CLEARING
 *   CLEAN       it is freed (reclaim.c)
 *
 * Why that is right: core/UPDATES.md. One thread at a time: the examiner.
 */
#ifndef REVECTOR_ROUNDS_H
#define REVECTOR_ROUNDS_H

#include "garbage.h"

/*
 * Whether memory is searched: unless REVECTOR_SEARCH=off, with which code is CLEAN as soon as no
 * thread has it. When the library is loaded.
 */
void rv_rounds_init(void);

/* No thread has the piece. Under the core lock. */
void rv_rounds_cleared_locked(struct rv_garbage *piece);

/*
 * Searches about `bytes` of memory for pointers to all pieces that are SEARCHING; those that come
 * to be so meanwhile wait for the next search. Locks: see rv_ours_note.
 */
void rv_rounds_search(size_t bytes);

/* Ends rests that are over; all of them if `at_once`. */
void rv_rounds_wake(int at_once);

/* Milliseconds until there is something to do for a piece that is not CLEARING; UINT_MAX: never. */
unsigned rv_rounds_next(void);

#endif
