/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ending.h - who is told how an update has ended (struct rv_ending of host.h).
 *
 * Under the operation lock; one update is under way at a time.
 */
#ifndef REVECTOR_ENDING_H
#define REVECTOR_ENDING_H

#include "host.h"

/* Update `id` is under way. `pin`, which may be null, is given up when it has ended. */
void rv_ending_await(struct rv_ending *ending, uint32_t id, void *pin);

/* It has ended. The argument is a struct rv_ending; for rv_move_start. */
void rv_ending_reached(void *ending);

/* The core has settled in the child of a fork what was under way. */
void rv_ending_in_child(void);

#endif
