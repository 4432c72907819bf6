/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pages.h - which pages of a mapping may hold something?
 *
 * A program may have mapped far more than it has ever touched. Thread context: the examiner's,
 * one thread at a time.
 */
#ifndef REVECTOR_PAGES_H
#define REVECTOR_PAGES_H

#include "own.h"

struct rv_pages {
    int fd; /* /proc/thread-self/pagemap; -1: all pages count */
};

enum rv_pages_kind {
    RV_PAGES_USED,    /* in memory or swapped out, for this process */
    RV_PAGES_PRIVATE, /* the same, and written by this process: not as the file has them */
    RV_PAGES_SHARED,  /* in memory, whoever has touched them */
};

void rv_pages_open(struct rv_pages *pages);
void rv_pages_close(struct rv_pages *pages);

/*
 * The first such pages of [at, end), as far as they go on without a gap and as one question
 * tells: both lie in it, the first may begin before `at` by less than a page. An empty range:
 * there are none before it.
 */
struct rv_range rv_pages_next(const struct rv_pages *pages, enum rv_pages_kind kind, uintptr_t at,
                              uintptr_t end);

#endif
