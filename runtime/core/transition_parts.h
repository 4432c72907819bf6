/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transition_parts.h - what a transition knows: for transition.c, in which it lives, and
 * transition_build.c, which makes it.
 */
#ifndef REVECTOR_TRANSITION_PARTS_H
#define REVECTOR_TRANSITION_PARTS_H

#include "transition.h"

/* A method in transition. Both bodies are known before anybody can ask. */
struct rv_transition_move {
    const struct rv_slot *slot; /* a null pointer: a free place */
    uint32_t index, reserved;
    uint64_t from, to;
};

/* Threads wait for a change of it. */
enum rv_transition_phase {
    OPEN,
    CLOSED, /* nobody goes back to the side that is left */
    OVER,   /* the stage has reached its end */
};

/* Numbers of threads are given in turn, so that few of those alive at a time share a bit. */
#define RV_TRANSITION_WENT_BITS 32768u

struct rv_transition {
    struct rv_transition *next;
    int is_together;    /* `process`: who has changed waits for the others */
    uint32_t forward;   /* number of the forward stage; the one back is the next number */
    uint32_t stage;     /* which of the two it is */
    uint32_t phase;     /* enum rv_transition_phase */
    uint32_t wavered;   /* faults that went to the side that is left, and could not say why */
    uint32_t marked;    /* what that was at the mark */
    struct rv_transition_move
        *moves; /* hash table of mask + 1 places, half of them free at least */
    uint32_t mask;
    struct rv_span *spans[2]; /* left in the forward stage, and on the way back */
    uint32_t span_count[2], span_room;
    uint32_t *went; /* a bit for each number of a thread that has set out for the new side */
    int may_have_gone; /* the child of a fork: its threads have other numbers than these */
    uint64_t *moved; /* ring of the last notes: stage << 32 | thread */
    uint32_t moved_count, moved_room;
    uint64_t *held; /* moved_room of them, by thread: back << 63 | span << 32 | thread */
};

/* A null pointer: the method is not in it. Any thread, no lock. */
struct rv_transition_move *rv_transition_find(const struct rv_transition *transition,
                                              const struct rv_slot *slot, uint32_t index);

/* The last span that starts at or before `address`, or a null pointer. Any thread, no lock. */
struct rv_span *rv_span_at(struct rv_span *spans, uint32_t count, uintptr_t address);

void rv_transition_release(struct rv_transition *transition);

#endif
