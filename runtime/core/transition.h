/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transition.h - threads move from old to new functions one by one.
 *
 * While an update with `thread` consistency is under way, the table that all calls
 * begin at has its methods' entries not present. So a call of one faults, and the
 * fault asks here which side its thread is on. A thread changes sides when its own
 * stack holds nothing of the side that it leaves; nobody waits for another one.
 * Going back after a deadline is the same thing the other way round. The idea of
 * a state per thread, and of asking the stack, is that of Linux's livepatch
 * (Documentation/livepatch/livepatch.rst); the page fault's is ours.
 *
 *   stage    a thread that has not changed      leaves        changes to
 *   forward  runs old functions                 old bodies    new ones
 *   back     runs new ones if it had changed    new bodies    old ones
 *
 * With `process` consistency a thread that has changed waits in its fault until all
 * have, so that none runs new functions while another one is in an old one. Nobody has
 * anything to leave on the way back.
 *
 * UPDATES.md argues why that never mixes the two.
 */
#ifndef REVECTOR_TRANSITION_H
#define REVECTOR_TRANSITION_H

#include "update.h"

/* What a thread must not have on its stack, or in hand, to change sides. */
struct rv_span {
    uintptr_t start, end;
    const struct rv_method *method; /* whose code it is; a null pointer: a leaf table */
};

struct rv_transition;

/*
 * Everything here is under the core lock where it does not say otherwise.
 *
 * All memory for a transition of `update`'s methods, there and back. `update->with`: as
 * in rv_stage_build, which went before. `consistency`: THREAD or PROCESS. `threads`:
 * about how many there are. RV_ENOMEM.
 */
int rv_transition_prepare(const struct rv_update *update, enum rv_consistency consistency,
                          uint32_t threads, struct rv_transition **transition)
    __attribute__((warn_unused_result));

/* From now on faults ask it. The tables with the faults are published after that. */
void rv_transition_start(struct rv_transition *transition);

/* Threads go back; those that have not moved stay where they are. */
void rv_transition_turn(struct rv_transition *transition);

/* A listing of all threads begins: rv_transition_close counts who wavers from here on. */
void rv_transition_mark(struct rv_transition *transition);

/*
 * All threads were seen to have changed sides. 1: so it is, and nobody goes back to the
 * side that is left, until rv_transition_stop. 0: since the mark some thread has, one that
 * could not say what is on its stack; nothing has changed.
 */
int rv_transition_close(struct rv_transition *transition) __attribute__((warn_unused_result));

/*
 * No table leads to it any more: faults do not ask it; those that wait go where the stage
 * led to.
 */
void rv_transition_stop(struct rv_transition *transition);

/* Frees those that were stopped, if no fault is looking at one. */
void rv_transition_free_stopped(void);

/* Frees one that was never started. */
void rv_transition_drop(struct rv_transition *transition);

/* What threads leave now, ascending, or nothing; good until rv_transition_stop. */
uint32_t rv_transition_spans(const struct rv_transition *transition, const struct rv_span **spans);

/*
 * 1 if this thread is on the side that the present stage leads to: it has changed, or, on the
 * way back, had never set out, and never will. Any thread, no lock.
 */
int rv_transition_has_moved(const struct rv_transition *transition, int32_t thread);

/*
 * Which function this thread was last seen in, in the present stage: in a fault, by itself, or
 * by whoever has noted span number `span`. A null pointer: it was not, or that has been
 * overwritten. For people: it may have left since. Any thread, no lock.
 */
void rv_transition_note_held(struct rv_transition *transition, int32_t thread, uint32_t span);
const struct rv_method *rv_transition_held(const struct rv_transition *transition, int32_t thread);

/*
 * Where a call of this method goes for the calling thread, whose side changes if it
 * may; 0: no transition has this method. From the method fault: takes no lock, and waits
 * only as rv_platform_wait does.
 */
uint64_t rv_transition_target(const struct rv_slot *slot, uint32_t index);

/*
 * Where this method's calls would go to body `from`, on either side, they go to `to`. A
 * fault that is under way may still take the other one.
 */
void rv_transition_swap(struct rv_transition *transition, const struct rv_slot *slot,
                        uint32_t index, uint64_t from, uint64_t to);

/* Where the stacks are that a fork has left to the child. */
enum rv_sides {
    RV_SIDES_OLD, /* no one has moved, or has anything to leave on the way back */
    RV_SIDES_NEW, /* all have moved */
    RV_SIDES_BOTH,
};

/*
 * After fork, in the child: the parent's other threads do not look at any transition, and what
 * they have noted is forgotten. A null pointer, none is under way: OLD.
 */
enum rv_sides rv_transition_in_child(struct rv_transition *transition);

#endif
