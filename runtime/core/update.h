/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * update.h - updates: begin -> stage -> check -> transition -> commit | abort; revert.
 *
 * An update is a named set of (method, new body) within one image. Updates
 * stack: a method's entry is the body of the newest committed update that has
 * it, else its first body; they may be reverted in any order. UPDATES.md next
 * to this file argues memory order and reclamation.
 *
 *   state       entered by            next
 *   STAGING     begin                 stage..., check, abort
 *   CHECKED     check                 transition, abort
 *   READY       transition (call)     commit, abort
 *   MOVING      transition and        commit when every thread has moved, or turn
 *               revert (thread, process)
 *   RETURNING   turn                  returned, when every thread is back
 *   COMMITTED   commit; returned      revert
 *               from a revert
 *   REVERTED    revert                forgotten once its garbage is collected
 *   ABORTED     returned              as REVERTED
 *   ORPHANED    image unmapped        as REVERTED
 *   REPLACED    commit of another     as REVERTED
 *               that replaces
 *
 * Only one update is under way (STAGING to RETURNING) at any time; the others get
 * RV_EBUSY. The core does not look at threads: whoever moves them (runtime/host/
 * move.c) says when it is time for the next state. Any thread, no lock held by the
 * caller; each takes the core lock itself. Not from signal handlers.
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
    RV_UPDATE_MOVING,
    RV_UPDATE_RETURNING,
    RV_UPDATE_COMMITTED,
    RV_UPDATE_REVERTED,
    RV_UPDATE_ABORTED,
    RV_UPDATE_ORPHANED,
    RV_UPDATE_REPLACED,
};

/* How calls see an update while it comes into force. */
enum rv_consistency {
    RV_CONSISTENCY_CALL,    /* each call is old or new */
    RV_CONSISTENCY_THREAD,  /* no thread runs old functions and new ones mixed */
    RV_CONSISTENCY_PROCESS, /* no thread runs an old function once any runs a new one */
};

struct rv_change {
    const struct rv_method *method; /* record in the target image */
    uint64_t body;                  /* address of the new body */
    uint64_t body_hash;
};

struct rv_transition;
struct rv_roll;
struct rv_span;
struct rv_staged; /* a unit's next leaf table, made before commit */

struct rv_update {
    struct rv_update *next;      /* in order of commit; the newest last */
    uint32_t id;                 /* from 1, never used twice in a process */
    enum rv_update_state state;
    char name[RV_UPDATE_NAME_MAX];
    uint64_t committed, reverted; /* nanoseconds since 1970; 0: not (yet) */
    int replaces;                 /* until commit: all others of the image, see replace.h */
    int with;                     /* under way: 1 to come into force, 0 to be reverted */
    struct rv_image_state *image; /* target; a null pointer when ORPHANED */
    struct rv_change *changes;    /* sorted by unit and index from check on */
    uint32_t count, capacity;
    uint32_t garbage;             /* pieces of it that are not collected yet */
    struct rv_staged *staged;     /* one per unit, between check and commit or abort */
    uint32_t staged_count, staged_capacity;
    struct rv_transition *transition; /* MOVING and RETURNING */
    struct rv_roll *roll;             /* if the roll was called; `is_rolling`: it is now */
    int is_rolling;
    int is_closed;                /* MOVING, between rv_update_close and commit or turn */
    int is_taken_back;            /* its code has crashed: no call reaches it, see guard.h */
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
 * STAGING: its commit is to supersede all updates of the image that are in force then.
 * Their methods that it does not have go back to their first bodies, in the same
 * transition. Reverting it later leads to first bodies: the others are gone.
 */
void rv_update_replace(struct rv_update *update);

/*
 * Does everything that can fail: copies the leaf tables, sets aside memory for
 * what will be garbage, opens the windows. RV_ENOCHANGE, RV_ELEAVING, RV_ENOMEM,
 * RV_EPROTECT; the update is as before. Must be followed by transition, commit or
 * abort: tables are writable until then.
 */
int rv_update_check(struct rv_update *update) __attribute__((warn_unused_result));

/*
 * `call` has nothing to wait for: READY. Else MOVING, see transition.h; `threads` is
 * about how many there are. RV_ENOMEM, RV_EPROTECT: the update is as before.
 */
int rv_update_transition(struct rv_update *update, enum rv_consistency consistency,
                         uint32_t threads) __attribute__((warn_unused_result));

/* MOVING or RETURNING, and a listing of all threads begins now. */
void rv_update_mark(struct rv_update *update);

/*
 * The first half of the commit of a MOVING update, for whoever has something to do while every
 * call of its methods waits (`process`): RV_EBUSY, RV_EPROTECT as there. The tables are
 * read-only meanwhile. Must be followed by commit or turn.
 */
int rv_update_close(struct rv_update *update) __attribute__((warn_unused_result));

/*
 * As rv_update_commit of an update that is closed. Before its tables are published `last` is
 * called, with the core lock held, so that no fork comes in between: it changes memory.
 * RV_EPROTECT: `last` has not been called; try again later.
 */
int rv_update_commit_closed(struct rv_update *update, void (*last)(void))
    __attribute__((warn_unused_result));

/*
 * READY: cannot fail. MOVING, and every thread in the listing has moved. RV_EBUSY: but since
 * the mark one has gone back; begin another listing. RV_EPROTECT: the tables, which are
 * read-only meanwhile, cannot be opened now; try again later. Then nothing has changed.
 * One store per `walk` unit.
 */
int rv_update_commit(struct rv_update *update);

/*
 * MOVING, and it is given up: threads that have moved go back, one by one; at once if they
 * only wait.
 */
void rv_update_turn(struct rv_update *update);

/*
 * MOVING or RETURNING. Between `on` 1 and 0 every call of the image's `walk` methods
 * faults, so that threads which run, and call anything, can move. Short: calls are slow
 * meanwhile. RV_ENOMEM, RV_EPROTECT: as it was.
 */
int rv_update_roll_call(struct rv_update *update, int on) __attribute__((warn_unused_result));

/*
 * RETURNING, and every thread is back: ABORTED, or COMMITTED if it was to be reverted.
 * RV_EBUSY, RV_EPROTECT as above.
 */
int rv_update_returned(struct rv_update *update);

/* Before transition: as if it had never begun; frees `update`. READY too. */
void rv_update_abort(struct rv_update *update);

/*
 * The methods of a committed update go back to what they are without it: at once
 * (`call`: REVERTED), or MOVING as above. RV_ENOUPDATE, RV_EREVERTED (already),
 * RV_EBUSY, RV_ELEAVING, RV_ENOMEM, RV_EPROTECT; then nothing has changed.
 * A reverted update stays visible until rv_update_forget().
 */
int rv_update_revert(uint32_t id, enum rv_consistency consistency, uint32_t threads,
                     struct rv_update **update) __attribute__((warn_unused_result));

/*
 * What threads must not have on their stacks to count as moved, or as back; ascending.
 * Copies up to `room` and returns how many there are; 0: all are back already.
 */
uint32_t rv_update_spans(const struct rv_update *update, struct rv_span *spans, uint32_t room);

/*
 * 1 if the thread has changed sides in a fault, or, RETURNING, has never set out. MOVING or
 * RETURNING; for whoever moves it.
 */
int rv_update_has_moved(const struct rv_update *update, int32_t thread);

/*
 * The thread was seen with span number `span` of rv_update_spans on its stack; and the function
 * that it was last seen in so, or found itself in in a fault. It may have left since. A null
 * pointer: not known. In the same states; for whoever moves it.
 */
void rv_update_note_held(struct rv_update *update, int32_t thread, uint32_t span);
const struct rv_method *rv_update_held(const struct rv_update *update, int32_t thread);

/* 1 if threads are on their way to one side of it. */
static inline int rv_update_is_moving(const struct rv_update *update)
{
    return update->state == RV_UPDATE_MOVING || update->state == RV_UPDATE_RETURNING;
}

/* 1 if it is not in force and never will be again. */
static inline int rv_update_has_ended(const struct rv_update *update)
{
    return update->state >= RV_UPDATE_REVERTED;
}

/* Drops a reverted update that no garbage belongs to any more; RV_EBUSY else. */
int rv_update_forget(uint32_t id) __attribute__((warn_unused_result));

/* Calls `visit` for each update, oldest first, with the core lock held (see rv_images_each). */
int rv_updates_each(int (*visit)(const struct rv_update *update, void *context), void *context);

/* How many committed updates have this method; *newest (may be null) gets the newest one's ID. */
uint32_t rv_method_versions(const struct rv_method *method, uint32_t *newest);
/* For visitors, which run with the core lock held. */
uint32_t rv_method_versions_locked(const struct rv_method *method, uint32_t *newest);

/*
 * After fork, in the child, with the core lock held. An update under way is aborted if it
 * was not MOVING yet; else it ends at once, COMMITTED or given up, if all stacks that are
 * left are on one side of it. If not, or if the tables cannot be opened now, it stays MOVING
 * or RETURNING, for whoever moves threads in the child.
 */
void rv_updates_in_child_locked(void);

#endif
