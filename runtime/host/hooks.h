/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hooks.h - runs the hooks of a patch (revector/patch.h), each kind at its time.
 *
 *   stage      entered when                            ends when
 *   NONE       loaded                                  pre_apply has passed
 *   READY      pre_apply has passed                    COMMITTED: post_apply;
 *                                                      ABORTED: post_revert, with an error
 *   IN_FORCE   post_apply has run                      pre_revert has passed
 *   LEAVING    pre_revert has passed                   REVERTED: post_revert;
 *                                                      COMMITTED: post_apply, with an error
 *              (REPLACED: nothing more runs, see state.md)
 *   OVER       post_revert has run, or the image is    unloaded
 *              gone that the patch was for
 *
 * Post hooks follow from what has become of the update and not from who was there: so
 * they run as well when the agent ends a transition, and in the child of a fork.
 *
 * Under the operation lock (operation.h), outside the gate, without the core lock.
 */
#ifndef REVECTOR_HOOKS_H
#define REVECTOR_HOOKS_H

#include "detail.h"
#include "loader.h"
#include "update.h"

/* Of a bound patch. RV_EHOOK: one has refused, its words are in the detail; all is undone. */
int rv_hooks_pre_apply(struct rv_patch_image *patch, struct rv_detail *detail)
    __attribute__((warn_unused_result));

/* There will be no update after all, because of `error`. */
void rv_hooks_give_up_apply(struct rv_patch_image *patch, int error);

/* The same for a revert of update `id`, which is COMMITTED. */
int rv_hooks_pre_revert(struct rv_patch_image *patch, uint32_t id, struct rv_detail *detail)
    __attribute__((warn_unused_result));
void rv_hooks_give_up_revert(struct rv_patch_image *patch, uint32_t id, int error);

/* Whether post hooks are due now that the update is in this state. */
int rv_hooks_are_due(const struct rv_patch_image *patch, enum rv_update_state state);

/* Runs them. */
void rv_hooks_run_due(struct rv_patch_image *patch, uint32_t id, enum rv_update_state state);

#endif
