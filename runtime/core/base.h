/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base.h - an image's base tables: its leaf tables with every first body in place.
 *
 * They lie in the image, in RELRO. The compiler leaves a fault in the entries of
 * methods that the linker may drop one by one; registration enters the rest.
 * Private to the core, under the core lock.
 */
#ifndef REVECTOR_BASE_H
#define REVECTOR_BASE_H

#include "image.h"

/* Fills in state->base. RV_ECORRUPT: a unit and its table contradict each other. */
int rv_base_find(struct rv_image_state *state) __attribute__((warn_unused_result));

/* Counts the methods. RV_ECORRUPT: one of them has no place in a table. */
int rv_base_check(struct rv_image_state *state) __attribute__((warn_unused_result));

/* Enters the first bodies: after both of the above, with the image open. */
void rv_base_enter(const struct rv_image_state *state);

/* 1 if the unit's table is changed in place: calls name its entries by their addresses. */
int rv_base_in_place(const struct rv_image_state *state, uint32_t unit);

#endif
