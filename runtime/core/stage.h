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

/* Publishes what was built; cannot fail. The windows are open. */
void rv_stage_publish(struct rv_update *update, int with);

/* Frees what was built and not published. */
void rv_stage_drop(struct rv_update *update);

#endif
