/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ending.h - who is told how an update has ended (struct rv_ending of host.h).
 *
 * Under the operation lock; one update is under way at a time.
 */
#ifndef REVECTOR_ENDING_H
#define REVECTOR_ENDING_H

#include "host.h"

/*
 * Update `id` is about to be under way, or to be reverted. Before threads can notice, so that
 * the child of a fork that has the update has all that belongs to it.
 */
void rv_ending_await(struct rv_ending *ending, uint32_t id);

/* Nothing has come of it, and nobody is told. */
void rv_ending_forget(void);

/* It has ended. The argument is a struct rv_ending; for rv_move_expect. */
void rv_ending_reached(void *ending);

/* In the child of a fork. What the core has settled, or what had not begun, has ended. */
void rv_ending_in_child(void);

#endif
