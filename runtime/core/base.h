/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base.h - an image's base tables: its leaf tables with every first body in place.
 *
 * Private to the core, under the core lock.
 */
#ifndef REVECTOR_BASE_H
#define REVECTOR_BASE_H

#include "image.h"

/*
 * Builds the tables of all `walk` units in one run of pages that is read-only
 * then, and fills in state->base, chunk and methods; `leaf` units bring their own
 * table. RV_ECORRUPT: records contradict each other; RV_ENOMEM, RV_EPROTECT.
 */
int rv_base_build(struct rv_image_state *state) __attribute__((warn_unused_result));
void rv_base_free(struct rv_image_state *state);

/* The unit's base is its table again, and a copy that an update made is freed. Root open. */
void rv_base_drop_copy(const struct rv_image_state *state, uint32_t unit);

/* 1 if the unit's table lies in the image and is changed in place. */
int rv_base_in_place(const struct rv_image_state *state, uint32_t unit);

#endif
