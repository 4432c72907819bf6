/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * garbage.h - memory that no new call reaches, but a thread may still be using.
 *
 * The core only keeps the list. Whoever examines threads (runtime/host/reclaim.c)
 * takes a snapshot, decides, and gives pieces back; the rule by which it decides
 * is argued in UPDATES.md. A piece is on the list from its retirement until
 * rv_garbage_free(); only one thread at a time may examine and free.
 */
#ifndef REVECTOR_GARBAGE_H
#define REVECTOR_GARBAGE_H

#include <stddef.h>
#include <stdint.h>

struct rv_update;

enum rv_garbage_kind {
    RV_GARBAGE_TABLE, /* a leaf table that a commit replaced: pages of the platform */
    RV_GARBAGE_CODE,  /* what the loader mapped for a reverted patch */
};

/* Why a piece is still there. */
enum rv_hold {
    RV_HOLD_UNEXAMINED, /* nobody has looked yet */
    RV_HOLD_RUNNING,    /* the thread has not been seen blocked since */
    RV_HOLD_STACK,      /* a word on the thread's stack points into the piece */
    RV_HOLD_REGISTER,   /* its PC or a system call argument does */
    RV_HOLD_UNREADABLE, /* the system does not let us look at the thread */
    RV_HOLD_SEARCH,     /* no thread, but memory is still being searched for pointers */
    RV_HOLD_MEMORY,     /* a word in memory points into it */
    RV_HOLD_SIGNAL,     /* a signal is handled in it */
    RV_HOLD_TIMER,      /* a timer's signal brings a pointer to it */
    RV_HOLD_EPOLL,      /* epoll hands out a pointer to it */
};

/* What the examiner does with a piece; see runtime/host/rounds.h. */
enum rv_garbage_stage {
    RV_GARBAGE_CLEARING,  /* threads are looked at */
    RV_GARBAGE_SEARCHING, /* CODE: no thread has it; memory is searched */
    RV_GARBAGE_RESTING,   /* CODE: a pointer to it is saved; until the next look */
    RV_GARBAGE_CLEAN,     /* nobody has it */
};

struct rv_garbage {
    struct rv_garbage *next;
    enum rv_garbage_kind kind;
    uintptr_t start, end;
    uint32_t update;             /* ID of the update it comes from; 0: none */
    void *owner;                 /* CODE: passed to release */
    void (*release)(void *owner); /* CODE: unloads, without the core lock */
    /* Written by the examiner under the core lock, for status. */
    enum rv_hold hold;
    int32_t holder;              /* thread ID; 0: no thread in particular */
    uintptr_t where; /* STACK, MEMORY: address of the word; SIGNAL: its number; TIMER: its ID;
                        EPOLL: the descriptor */
    /* The examiner's own. */
    enum rv_garbage_stage stage;
    uint32_t rounds;     /* CODE: that have found nothing, one after the other */
    uint32_t rest_ms;    /* the last rest */
    uint64_t rest_until; /* milliseconds, a clock of the examiner's */
    void *notes;         /* it frees them before rv_garbage_free */
};

/* Code of a reverted update; `node` comes from rv_garbage_reserve(). Takes the core lock. */
void rv_garbage_retire_code(struct rv_garbage *node, uintptr_t start, uintptr_t end,
                            uint32_t update, void (*release)(void *owner), void *owner);

/* A node for later, so that retiring cannot fail. A null pointer: no memory. */
struct rv_garbage *rv_garbage_reserve(void);
void rv_garbage_unreserve(struct rv_garbage *node);

/* Up to `room` pieces, oldest first; returns how many there are in all. Takes the core lock. */
size_t rv_garbage_snapshot(struct rv_garbage **pieces, size_t room);

/* Takes the piece off the list and gives its memory back. Without the core lock. */
void rv_garbage_free(struct rv_garbage *piece);

/* Calls `visit` for each piece with the core lock held (see rv_images_each). */
int rv_garbage_each(int (*visit)(const struct rv_garbage *piece, void *context), void *context);

#endif
