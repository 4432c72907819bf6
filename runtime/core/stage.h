/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stage.h - the next leaf tables of an update, built before commit.
 *
 * Private to the core, under the core lock.
 */
#ifndef REVECTOR_STAGE_H
#define REVECTOR_STAGE_H

#include "update.h"

/*
 * Sorts the update's changes by method and drops repetitions. Once, before
 * anything is looked up in it.
 */
void rv_stage_sort(struct rv_update *update);

/*
 * For each unit that `update` touches, the leaf table as it is with the update
 * (`with` 1) or without it (0): copies for `walk` units, nothing to copy where no
 * update is left or the table lies in the image. Also sets aside a garbage node
 * for each table that will be replaced. RV_ENOMEM, RV_EPROTECT: nothing is left.
 */
int rv_stage_build(struct rv_update *update, int with) __attribute__((warn_unused_result));

/* The body that calls of this method reach with or without the update. */
uint64_t rv_stage_body(const struct rv_update *update, int with, const struct rv_method *method);

/*
 * For a transition: a second table for each unit, as it is now, in which the update's
 * methods fault. After rv_stage_build. RV_ENOMEM, RV_EPROTECT: as if not called.
 */
int rv_stage_hold(struct rv_update *update) __attribute__((warn_unused_result));

/* Calls of the update's methods fault from now on; cannot fail. The windows are open. */
void rv_stage_publish_hold(struct rv_update *update);

/* After that: everything as it was before, what was built is dropped; cannot fail. */
void rv_stage_publish_back(struct rv_update *update, int with);

/* The tables that calls go through now, of units that have one of their own. */
void rv_stage_each_table(const struct rv_update *update,
                         void (*visit)(const uint64_t *leaf, uint32_t entries, void *context),
                         void *context);

/* The unit's tables that were built and are no table in force yet: at most two. */
void rv_stage_each_built(const struct rv_update *update, uint32_t unit,
                         void (*visit)(uint64_t *leaf, void *context), void *context);

/* Publishes what was built; cannot fail. The windows are open. */
void rv_stage_publish(struct rv_update *update, int with);

/* Frees what was built and not published. */
void rv_stage_drop(struct rv_update *update);

#endif
