/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roll.h - a roll call: for a moment every call of an image faults.
 *
 * A thread that runs all the time and calls none of an update's methods neither is
 * seen at rest nor comes by a fault. So all `walk` units of the image lead for a
 * moment to tables in which nothing is present: the next call of any function that
 * is translated brings its thread into rv_transition_target. Private to the core,
 * under the core lock, with the image open.
 */
#ifndef REVECTOR_ROLL_H
#define REVECTOR_ROLL_H

#include "image.h"

struct rv_roll;

/* The tables, for one update. A null pointer: no memory. */
struct rv_roll *rv_roll_new(const struct rv_image_state *image);

/* Calls of the image's methods fault from now on. */
void rv_roll_begin(struct rv_roll *roll, const struct rv_image_state *image);

/* And no longer: `leaf` words are what they were at the beginning. */
void rv_roll_end(struct rv_roll *roll, const struct rv_image_state *image);

/* The tables become garbage of that update: a call may be on its way through. */
void rv_roll_retire(struct rv_roll *roll, uint32_t update);

#endif
