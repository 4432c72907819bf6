/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * contexts.h - stacks that threads change to by themselves: makecontext, swapcontext.
 *
 * A context counts as a thread of its own: it is on one side of an update, is listed
 * and looked at like a thread (threads.h), and has a negative number. A thread that is
 * in a context still stands for the stack that it was born with. ucontext.c, which has
 * the C library's functions in its place, tells what happens to them.
 *
 * Not seen: stacks that a program makes and changes to by its own code. One that comes
 * back by other means than swapcontext (setcontext to what getcontext saved, longjmp)
 * may be missed while it runs.
 *
 * Nothing here takes a lock or allocates from the program's memory: a handler may change
 * stacks too. Any thread.
 */
#ifndef REVECTOR_CONTEXTS_H
#define REVECTOR_CONTEXTS_H

#include "own.h"
#include "rv_platform.h"
#include "threads.h"

struct rv_context;

/*
 * A stack [start, end) on which `pc` will be called. A null pointer: no memory, and this
 * one will not be seen.
 */
struct rv_context *rv_context_made(uintptr_t start, uintptr_t end, uintptr_t pc);

/* The calling thread is in it from now on; its function would return to `back`. */
void rv_context_begin(struct rv_context *context, uintptr_t back);

/* The function of the context at `sp` has returned. Returns `back`. */
uintptr_t rv_context_end(uintptr_t sp);

/*
 * The calling thread leaves the stack that it is on, at `sp`; the frames above stay.
 * `is_back_by_arrive`: only rv_context_arrive will bring it back. Returns the context for
 * that, which stands for the thread's own stack too; a null pointer: no memory.
 */
struct rv_context *rv_context_leave(uintptr_t sp, int is_back_by_arrive);

/* The calling thread, perhaps another one, is back on that stack. */
void rv_context_arrive(struct rv_context *context);

/*
 * The context that the calling thread is in; a null pointer: its own stack. A handler on an
 * alternate stack is in what it has interrupted.
 */
struct rv_context *rv_context_here(uintptr_t sp);

int32_t rv_context_number(const struct rv_context *context);
struct rv_side *rv_context_side(struct rv_context *context);

/* Visits the side of each context that has begun and not ended. */
void rv_contexts_sides(void (*visit)(const struct rv_side *side, void *context), void *argument);

/* ---- for threads.c ---- */

/* Calls `visit` for each context that has not ended. Ends early with what is not 0. */
int rv_contexts_each(int (*visit)(struct rv_thread_key key, void *context), void *context);

/*
 * Where context number `number` is; negative. 1: the view is whole. 0: a thread is in it,
 * *carrier, whose view tells where; here are only the stack's bounds and the changes.
 */
int rv_context_look(int32_t number, struct rv_thread_view *view, pid_t *carrier);

/*
 * If thread `tid` is in a context: 1 and where its own stack was left. 0: it is on its
 * own; `view->changes` counts how often that changed.
 */
int rv_context_own_stack(pid_t tid, struct rv_thread_view *view);

/*
 * Calls `visit` for each range that holds contexts themselves, and for the stack of each that
 * has not ended, which are looked at as threads are. Ends early with what is not 0.
 */
int rv_contexts_ranges(int (*visit)(struct rv_range range, void *context), void *context);

int rv_contexts_init(void); /* 0, or a negative code: contexts will not be seen */
void rv_contexts_in_child(void); /* after fork */

#endif
