/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replace.h - an update that supersedes all others of its image.
 *
 * Its commit is at the same time their revert: it has a change for every method that
 * one of them has and it has not, back to the first body, so threads move to that with
 * everything else. Private to the core, under the core lock.
 */
#ifndef REVECTOR_REPLACE_H
#define REVECTOR_REPLACE_H

#include "update.h"

/* 1 for a change that rv_replace_add() has made. */
int rv_replace_is_back(const struct rv_change *change);

/* Adds those changes to a sorted update, which is sorted after it. RV_ENOMEM: as it was. */
int rv_replace_add(struct rv_update *update) __attribute__((warn_unused_result));

/* Drops them again: it was not to be, or it is done and nobody has to look at them any more. */
void rv_replace_drop(struct rv_update *update);

/* The update is in force: all others of the image are REPLACED. Cannot fail. */
void rv_replace_others(struct rv_update *update);

#endif
