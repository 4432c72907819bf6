/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transform.h - converts live objects when an update changes the layout of their type, with
 * the author's functions (revector/transform.h).
 *
 *   prepare   every object has a converted one beside it; may fail, and then none has
 *   switch    objects that fit are overwritten, pointers to others changed; cannot fail
 *   finish    what was left behind is released
 *
 * Prepare comes when an update is closed (rv_update_close), switch is the `last` of its
 * commit. Under the operation lock; prepare and finish outside the core lock.
 */
#ifndef REVECTOR_HOST_TRANSFORM_H
#define REVECTOR_HOST_TRANSFORM_H

#include "detail.h"
#include "loader.h"
#include "update.h"

/* Whether the patch converts anything. */
int rv_transform_is_in(const struct rv_patch_image *patch);

/* The n-th type, from 0, that it converts and cannot convert back; null: there are no more. */
const char *rv_transform_one_way(const struct rv_patch_image *patch, uint32_t n);

/*
 * Whether this patch may be applied to the target now. RV_ETOGETHER: not with this
 * consistency. RV_ECONVERTED: an update in force and this one know a type of which one
 * changes the layout, or this one would replace one that does; RV_EONEWAY: so it is, and that
 * one cannot be reverted either. The detail says which, and what can be done.
 */
int rv_transform_may_apply(const struct rv_patch_image *patch, const struct rv_image_state *target,
                           enum rv_consistency consistency, int replaces, struct rv_detail *detail)
    __attribute__((warn_unused_result));

/* Whether it may be applied to be reverted by itself. RV_ENOWAYBACK, detail: the type. */
int rv_transform_may_confirm(const struct rv_patch_image *patch, struct rv_detail *detail)
    __attribute__((warn_unused_result));

/*
 * Whether it may be reverted; `thread` becomes `process`. RV_EONEWAY, detail: the type.
 * RV_ETOGETHER: at once.
 */
int rv_transform_may_revert(const struct rv_patch_image *patch, enum rv_consistency *consistency,
                            struct rv_detail *detail) __attribute__((warn_unused_result));

/* `with` as in struct rv_update. RV_ETRANSFORM, and the detail says why: nothing is left. */
int rv_transform_prepare(const struct rv_patch_image *patch, int with, struct rv_detail *detail)
    __attribute__((warn_unused_result));
void rv_transform_drop(void); /* it is given up; of what is not prepared: nothing */
void rv_transform_switch(void);
void rv_transform_finish(void);

void rv_transform_in_child(void); /* after fork: what was prepared is the parent's */

#endif
