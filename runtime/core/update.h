/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * update.h - updates: begin -> stage -> check -> transition -> commit | abort; revert.
 *
 * An update is a named set of (method, new body) within one image. Updates
 * stack: a method's entry is the body of the newest committed update that has
 * it, else its first body; they may be reverted in any order. UPDATES.md next
 * to this file argues memory order and reclamation.
 *
 *   state       entered by          next
 *   STAGING     begin               stage..., check, abort
 *   CHECKED     check               transition, abort
 *   READY       transition          commit, abort
 *   COMMITTED   commit              revert
 *   REVERTED    revert              forgotten once its garbage is collected
 *   ORPHANED    image unmapped      as REVERTED
 *
 * Only one update is between begin and commit or abort at any time; the others
 * get RV_EBUSY. Any thread, no lock held by the caller; each takes the core
 * lock itself. Not from signal handlers.
 */
#ifndef REVECTOR_UPDATE_H
#define REVECTOR_UPDATE_H

#include "image.h"
#include "revector/record.h"
#include <stdint.h>

#define RV_UPDATE_NAME_MAX 64

enum rv_update_state {
    RV_UPDATE_STAGING,
    RV_UPDATE_CHECKED,
    RV_UPDATE_READY,
    RV_UPDATE_COMMITTED,
    RV_UPDATE_REVERTED,
    RV_UPDATE_ORPHANED,
};

/* How calls see an update while it comes into force. */
enum rv_consistency {
    RV_CONSISTENCY_CALL,    /* each call is old or new */
    RV_CONSISTENCY_THREAD,  /* not there yet: RV_ELATER */
    RV_CONSISTENCY_PROCESS, /* not there yet: RV_ELATER */
};

struct rv_change {
    const struct rv_method *method; /* record in the target image */
    uint64_t body;                  /* address of the new body */
    uint64_t body_hash;
};

struct rv_staged; /* a unit's next leaf table, made before commit */

struct rv_update {
    struct rv_update *next;      /* in order of commit; the newest last */
    uint32_t id;                 /* from 1, never used twice in a process */
    enum rv_update_state state;
    char name[RV_UPDATE_NAME_MAX];
    uint64_t committed, reverted; /* nanoseconds since 1970; 0: not (yet) */
    struct rv_image_state *image; /* target; a null pointer when ORPHANED */
    struct rv_change *changes;    /* sorted by unit and index from check on */
    uint32_t count, capacity;
    uint32_t garbage;             /* pieces of it that are not collected yet */
    struct rv_staged *staged;     /* one per unit, between check and commit or abort */
    uint32_t staged_count, staged_capacity;
    void *owner;                  /* of whoever began it; the core only keeps it */
};

/*
 * A new, empty update of `image`. RV_EBUSY: another one is under way;
 * RV_ELEAVING: the image is being unloaded; RV_EUNREGISTERED: a stranger;
 * RV_ENOMEM. `name` is copied, cut at RV_UPDATE_NAME_MAX - 1.
 */
int rv_update_begin(struct rv_image_state *image, const char *name, void *owner,
                    struct rv_update **update) __attribute__((warn_unused_result));

/*
 * Adds one change; of several for one method any may win. RV_EFIXED, RV_EFOREIGN (a method of
 * another image), RV_ENOMEM; the update stays as it was.
 */
int rv_update_stage(struct rv_update *update, const struct rv_method *method, uint64_t body,
                    uint64_t body_hash) __attribute__((warn_unused_result));

/*
 * Does everything that can fail: copies the leaf tables, sets aside memory for
 * what will be garbage, opens the windows. RV_ENOCHANGE, RV_ELEAVING, RV_ENOMEM,
 * RV_EPROTECT; the update is as before. Must be followed by commit or abort:
 * tables are writable until then.
 */
int rv_update_check(struct rv_update *update) __attribute__((warn_unused_result));

/* `call` has nothing to wait for. RV_ELATER: the others are not there yet. */
int rv_update_transition(struct rv_update *update, enum rv_consistency consistency)
    __attribute__((warn_unused_result));

/* After transition. Cannot fail: one store per `walk` unit. */
void rv_update_commit(struct rv_update *update);

/* Before commit: as if it had never begun; frees `update`. */
void rv_update_abort(struct rv_update *update);

/*
 * The methods of a committed update go back to what they are without it.
 * RV_ENOUPDATE, RV_EREVERTED (already), RV_EBUSY, RV_ELEAVING, RV_ENOMEM, RV_EPROTECT;
 * then nothing has changed. On success *owner is the owner given to begin, and
 * the update stays visible until rv_update_forget().
 */
int rv_update_revert(uint32_t id, void **owner) __attribute__((warn_unused_result));

/* Drops a reverted update that no garbage belongs to any more; RV_EBUSY else. */
int rv_update_forget(uint32_t id) __attribute__((warn_unused_result));

/* Calls `visit` for each update, oldest first, with the core lock held (see rv_images_each). */
int rv_updates_each(int (*visit)(const struct rv_update *update, void *context), void *context);

/* How many committed updates have this method; *newest (may be null) gets the newest one's ID. */
uint32_t rv_method_versions(const struct rv_method *method, uint32_t *newest);
/* For visitors, which run with the core lock held. */
uint32_t rv_method_versions_locked(const struct rv_method *method, uint32_t *newest);

/* For fork: the child has no thread that could finish an update under way. Core lock held. */
void rv_updates_in_child_locked(void);

#endif
