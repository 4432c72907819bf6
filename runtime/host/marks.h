/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * marks.h - which threads may still be using a piece of garbage.
 *
 * A piece has a mark for each thread: cleared once the thread has been seen where
 * it cannot be using the piece, see core/UPDATES.md. Kept in rv_garbage.notes.
 * For the reclaimer, one thread at a time.
 */
#ifndef REVECTOR_MARKS_H
#define REVECTOR_MARKS_H

#include "garbage.h"
#include "threads.h"

/*
 * Takes note of who exists now. Threads that have ended need no mark any more. One
 * that is new needs to be cleared if the piece is code; a table it cannot know,
 * unless this is the piece's first listing. RV_ENOMEM.
 */
int rv_marks_listed(struct rv_garbage *piece, const struct rv_thread_list *threads)
    __attribute__((warn_unused_result));

/* How many threads are not cleared; the piece has been listed. */
size_t rv_marks_open(const struct rv_garbage *piece);

/* 1 if this thread has to be looked at for this piece. */
int rv_marks_is_open(const struct rv_garbage *piece, const struct rv_thread_key *thread);
void rv_marks_clear(struct rv_garbage *piece, const struct rv_thread_key *thread);

/* Nobody has been seen. Under the core lock. */
void rv_marks_free_locked(struct rv_garbage *piece);

#endif
