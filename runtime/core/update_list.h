/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * update_list.h - the updates of the process, for the other files of the core.
 *
 * All of it under the core lock.
 */
#ifndef REVECTOR_UPDATE_LIST_H
#define REVECTOR_UPDATE_LIST_H

#include "update.h"

/* Oldest first; reverted ones stay in their place. */
struct rv_update *rv_updates_locked(void);

/* At the end, as the newest. */
void rv_update_append_locked(struct rv_update *update);
void rv_update_remove_locked(struct rv_update *update);
struct rv_update *rv_update_find_locked(uint32_t id);

/* Frees the struct and its changes; it is in no list. */
void rv_update_free_locked(struct rv_update *update);

/* The one between begin and commit or abort, or a null pointer. */
struct rv_update *rv_update_under_way_locked(void);

/* 1 if an update of this image is between begin and commit or abort. */
int rv_update_concerns_locked(const struct rv_image_state *image);

/* The image's records are gone: its updates end, and keep their names only. */
void rv_updates_orphan_locked(struct rv_image_state *image);

/* The update's change of this method, or a null pointer. Checked updates only. */
const struct rv_change *rv_update_change_locked(const struct rv_update *update,
                                                const struct rv_method *method);

#endif
