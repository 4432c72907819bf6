/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scan.h - which pieces of memory do the words in a range of memory point into?
 *
 * Conservative: a word counts whatever it was meant to be, as far as the kind of the piece
 * lets it. One thread at a time.
 */
#ifndef REVECTOR_SCAN_H
#define REVECTOR_SCAN_H

#include "pages.h"

#define RV_SCAN_REGISTER 1u
#define RV_SCAN_FRAMES   8 /* handlers that interrupt one another; beyond that it is unreadable */

/* What is looked for, and so which words count. */
enum rv_piece_kind {
    RV_PIECE_TABLE, /* a leaf table: words on stacks */
    RV_PIECE_CODE,  /* code that is to be unmapped: registers as well */
    RV_PIECE_BODY,  /* code that is to be left: what a frame returns to, and registers */
};

struct rv_piece {
    uintptr_t start, end;
    enum rv_piece_kind kind;
};

struct rv_scan {
    const struct rv_piece *pieces; /* ascending by start, disjoint */
    size_t count;
    uintptr_t low, high;        /* of all pieces together */
    uintptr_t *where; /* per piece: a word that points into it, RV_SCAN_REGISTER, or 0 */
    uintptr_t *loose; /* per body: one that would, if a method fault had it in hand; or 0 */
    int32_t thread;      /* whose stack is scanned; 0: nobody's */
    uintptr_t end;       /* of the stack, once that was found: behind it is something else */
    uintptr_t registers; /* end of the signal frame's that the scan is in, or was in last */
    int memory; /* /proc/thread-self/mem */
    struct rv_pages pages;
    uintptr_t restorers[RV_SCAN_FRAMES]; /* where signal handlers return to; 0 behind the last */
    int leaves_stacks;                   /* a handler may run on a stack of its own */
    uintptr_t frames[RV_SCAN_FRAMES];    /* of such handlers: where a restorer was found */
};

/* `pieces` stays the caller's, and as it is until the end. RV_ENOMEM, RV_EUNREADABLE. */
int rv_scan_start(struct rv_scan *scan, const struct rv_piece *pieces, size_t count)
    __attribute__((warn_unused_result));
void rv_scan_end(struct rv_scan *scan);

/* Forgets what was found. What comes next are stacks of `thread`; 0: nobody's. */
void rv_scan_reset(struct rv_scan *scan, int32_t thread);

/*
 * A register that a system call was made with. Tables do not count: a stub makes no
 * system call, so what looks like one is left over from a call that is long through.
 */
void rv_scan_register(struct rv_scan *scan, uintptr_t value);

/* The word at `address`. RV_EUNREADABLE. */
int rv_scan_read(const struct rv_scan *scan, uintptr_t address, uintptr_t *word)
    __attribute__((warn_unused_result));

/*
 * All aligned words in [start, end), or to the end of the thread's control block, which the
 * C library puts at the end of a stack that it has made: behind it may lie, without a gap,
 * the heap. Read so that memory which goes away meanwhile
 * is an error and not a fault. RV_EUNREADABLE.
 */
int rv_scan_range(struct rv_scan *scan, uintptr_t start, uintptr_t end)
    __attribute__((warn_unused_result));

#endif
