/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * update.c - the steps of an update, in their order; each takes the core lock.
 */
#include "update.h"
#include "base.h"
#include "revector/error.h"
#include "replace.h"
#include "roll.h"
#include "root.h"
#include "stage.h"
#include "transition.h"
#include "update_list.h"

static struct rv_update *under_way; /* between begin and commit or abort */
static uint32_t last_id;

struct rv_update *rv_update_under_way_locked(void)
{
    return under_way;
}

int rv_update_concerns_locked(const struct rv_image_state *image)
{
    return under_way && under_way->image == image;
}

static int unlocked(int error)
{
    rv_platform_unlock();
    return error;
}

static void copy_name(char *to, const char *from)
{
    size_t n = 0;
    while (from && from[n] && n < RV_UPDATE_NAME_MAX - 1) {
        to[n] = from[n];
        n++;
    }
    to[n] = '\0';
}

/* ---- begin ---- */

static int check_image(const struct rv_image_state *image)
{
    if (under_way)
        return RV_EBUSY;
    if (image->phase == RV_IMAGE_STRANGER)
        return RV_EUNREGISTERED;
    return image->phase == RV_IMAGE_LIVE ? 0 : RV_ELEAVING;
}

int rv_update_begin(struct rv_image_state *image, const char *name, void *owner,
                    struct rv_update **result)
{
    struct rv_update *update;
    int error;

    rv_platform_lock();
    error = check_image(image);
    if (error)
        return unlocked(error);
    update = rv_platform_alloc(sizeof(*update));
    if (!update)
        return unlocked(RV_ENOMEM);
    update->id = ++last_id;
    update->image = image;
    update->owner = owner;
    copy_name(update->name, name);
    under_way = update;
    *result = update;
    return unlocked(0);
}

/* ---- stage ---- */

static int make_room(struct rv_update *update)
{
    uint32_t capacity = update->capacity ? 2 * update->capacity : 8;
    struct rv_change *changes;

    if (update->count < update->capacity)
        return 0;
    changes = rv_platform_alloc(capacity * sizeof(*changes));
    if (!changes)
        return RV_ENOMEM;
    for (uint32_t n = 0; n < update->count; n++)
        changes[n] = update->changes[n];
    if (update->changes)
        rv_platform_free(update->changes, update->capacity * sizeof(*changes));
    update->changes = changes;
    update->capacity = capacity;
    return 0;
}

static int check_method(const struct rv_image *image, const struct rv_method *method)
{
    if (method < image->methods || method >= image->methods_end)
        return RV_EFOREIGN;
    return method->flags & RV_METHOD_FIXED || !method->body ? RV_EFIXED : 0;
}

int rv_update_stage(struct rv_update *update, const struct rv_method *method, uint64_t body,
                    uint64_t body_hash)
{
    int error = update->state == RV_UPDATE_STAGING ? 0 : RV_ESTATE;

    if (!error)
        error = check_method(update->image->image, method);
    if (error)
        return error;
    rv_platform_lock();
    error = make_room(update);
    if (!error)
        update->changes[update->count++] = (struct rv_change){method, body, body_hash};
    return unlocked(error);
}

/* ---- check ---- */

/* All that can fail, for a commit or for a revert. */
static int prepare(struct rv_update *update)
{
    int error;

    if (update->image->phase != RV_IMAGE_LIVE)
        return RV_ELEAVING; /* its records may be unmapped under our hands */
    error = rv_stage_build(update, update->with);
    if (error)
        return error;
    error = rv_image_open(update->image);
    if (error)
        rv_stage_drop(update);
    return error;
}

void rv_update_replace(struct rv_update *update)
{
    update->replaces = 1;
}

static int prepare_changes(struct rv_update *update)
{
    int error;

    rv_stage_sort(update);
    error = update->replaces ? rv_replace_add(update) : 0;
    if (error)
        return error;
    error = prepare(update);
    if (error && update->replaces)
        rv_replace_drop(update);
    return error;
}

int rv_update_check(struct rv_update *update)
{
    int error;

    if (update->state != RV_UPDATE_STAGING)
        return RV_ESTATE;
    if (update->count == 0)
        return RV_ENOCHANGE;
    rv_platform_lock();
    update->with = 1;
    error = prepare_changes(update);
    if (!error)
        update->state = RV_UPDATE_CHECKED;
    return unlocked(error);
}

/* ---- transition ---- */

static int start_moving(struct rv_update *update, enum rv_consistency consistency, uint32_t threads)
{
    int error = rv_transition_prepare(update, consistency, threads, &update->transition);

    if (error)
        return error;
    error = rv_stage_hold(update);
    if (error) {
        rv_transition_drop(update->transition);
        update->transition = NULL;
        return error;
    }
    rv_transition_start(update->transition);
    rv_stage_publish_hold(update);
    rv_image_close(update->image); /* threads may take their time */
    update->state = RV_UPDATE_MOVING;
    return 0;
}

int rv_update_transition(struct rv_update *update, enum rv_consistency consistency,
                         uint32_t threads)
{
    int error = 0;

    if (update->state != RV_UPDATE_CHECKED)
        return RV_ESTATE;
    if ((unsigned)consistency > RV_CONSISTENCY_PROCESS)
        return RV_EOPTIONS;
    rv_platform_lock();
    if (consistency == RV_CONSISTENCY_CALL)
        update->state = RV_UPDATE_READY;
    else
        error = start_moving(update, consistency, threads);
    if (!error)
        rv_update_append_locked(update);
    return unlocked(error);
}

static void turn_locked(struct rv_update *update)
{
    update->is_closed = 0;
    rv_transition_turn(update->transition);
    update->state = RV_UPDATE_RETURNING;
}

void rv_update_turn(struct rv_update *update)
{
    rv_platform_lock();
    if (update != under_way || update->state != RV_UPDATE_MOVING)
        rv_platform_panic("an update that is not moving was turned");
    turn_locked(update);
    rv_platform_unlock();
}

/* The image is open. */
static void set_roll(struct rv_update *update, int on)
{
    if (on && !update->is_rolling)
        rv_roll_begin(update->roll, update->image);
    if (!on && update->is_rolling)
        rv_roll_end(update->roll, update->image);
    update->is_rolling = on;
}

static int roll_call_locked(struct rv_update *update, int on)
{
    int error;

    if (!update->roll)
        update->roll = on ? rv_roll_new(update->image) : NULL;
    if (!update->roll)
        return on ? RV_ENOMEM : 0;
    error = rv_image_open(update->image);
    if (error)
        return error;
    set_roll(update, on);
    rv_image_close(update->image);
    return 0;
}

int rv_update_roll_call(struct rv_update *update, int on)
{
    rv_platform_lock();
    if (update != under_way || !update->transition)
        rv_platform_panic("a roll call without a transition");
    return unlocked(roll_call_locked(update, on));
}

static void stop_moving(struct rv_update *update)
{
    if (update->roll)
        rv_roll_retire(update->roll, update->id);
    update->roll = NULL;
    if (update->transition)
        rv_transition_stop(update->transition);
    update->transition = NULL;
    rv_image_close(update->image);
    under_way = NULL;
}

static void came_into_force(struct rv_update *update)
{
    update->state = RV_UPDATE_COMMITTED;
    update->committed = rv_platform_time();
}

static void went_out_of_force(struct rv_update *update, enum rv_update_state state)
{
    update->state = state;
    update->reverted = rv_platform_time();
}

/* ---- commit, abort, revert ---- */

static void commit_locked(struct rv_update *update)
{
    set_roll(update, 0);
    update->is_closed = 0;
    rv_stage_publish(update, update->with);
    stop_moving(update);
    if (update->replaces)
        rv_replace_others(update);
    if (update->with)
        came_into_force(update);
    else
        went_out_of_force(update, RV_UPDATE_REVERTED);
}

static void return_locked(struct rv_update *update)
{
    set_roll(update, 0);
    rv_stage_publish_back(update, update->with);
    stop_moving(update);
    if (update->with)
        went_out_of_force(update, RV_UPDATE_ABORTED);
    else
        update->state = RV_UPDATE_COMMITTED;
}

/*
 * A stage has come to its end, as far as its listing of threads goes. The tables, which are
 * read-only while threads move, are opened; all that fails comes before `act`.
 */
static int close_stage(struct rv_update *update)
{
    int error = rv_image_open(update->image);

    if (error)
        return error;
    if (!rv_transition_close(update->transition)) {
        rv_image_close(update->image);
        return RV_EBUSY;
    }
    return 0;
}

static int conclude(struct rv_update *update, void (*act)(struct rv_update *update))
{
    int error = close_stage(update);

    if (!error)
        act(update);
    return error;
}

/* Unlocks; what an update leaves is looked at by somebody else. */
static int left_garbage(int error)
{
    rv_platform_unlock();
    if (!error)
        rv_platform_garbage();
    return error;
}

int rv_update_close(struct rv_update *update)
{
    int error;

    rv_platform_lock();
    if (update != under_way || update->state != RV_UPDATE_MOVING || update->is_closed)
        rv_platform_panic("an update was closed that is not moving");
    error = close_stage(update);
    update->is_closed = !error;
    if (!error)
        rv_image_close(update->image); /* somebody's code comes now, and maybe a long wait */
    return unlocked(error);
}

int rv_update_commit_closed(struct rv_update *update, void (*last)(void))
{
    int error;

    rv_platform_lock();
    if (update != under_way || !update->is_closed)
        rv_platform_panic("commit of an update that is not closed");
    error = rv_image_open(update->image);
    if (!error) {
        last();
        commit_locked(update);
    }
    return left_garbage(error);
}

int rv_update_commit(struct rv_update *update)
{
    int error = 0;

    rv_platform_lock();
    if (update != under_way ||
        (update->state != RV_UPDATE_READY && update->state != RV_UPDATE_MOVING))
        rv_platform_panic("commit of an update that is not ready");
    if (update->state == RV_UPDATE_MOVING)
        error = conclude(update, commit_locked);
    else
        commit_locked(update);
    return left_garbage(error);
}

int rv_update_returned(struct rv_update *update)
{
    rv_platform_lock();
    if (update != under_way || update->state != RV_UPDATE_RETURNING)
        rv_platform_panic("an update came back that was not returning");
    return left_garbage(conclude(update, return_locked));
}

/* An update that was begun and has changed nothing yet. */
static void abort_locked(struct rv_update *update)
{
    if (update->state != RV_UPDATE_STAGING)
        rv_image_close(update->image);
    rv_stage_drop(update);
    under_way = NULL;
    if (update->state == RV_UPDATE_READY)
        rv_update_remove_locked(update);
    rv_update_free_locked(update);
}

void rv_update_abort(struct rv_update *update)
{
    rv_platform_lock();
    if (update != under_way || update->state > RV_UPDATE_READY)
        rv_platform_panic("abort of an update that is not under way");
    abort_locked(update);
    rv_platform_unlock();
}

static int begin_revert_locked(uint32_t id, struct rv_update **found)
{
    struct rv_update *update = rv_update_find_locked(id);
    int error;

    if (!update)
        return RV_ENOUPDATE;
    if (under_way)
        return RV_EBUSY;
    if (update->state != RV_UPDATE_COMMITTED)
        return RV_EREVERTED;
    update->with = 0;
    error = prepare(update);
    if (!error)
        under_way = *found = update;
    return error;
}

/* Nothing has changed yet; the update is in force as before. */
static void give_up_revert_locked(struct rv_update *update)
{
    rv_image_close(update->image);
    rv_stage_drop(update);
    under_way = NULL;
}

int rv_update_revert(uint32_t id, enum rv_consistency consistency, uint32_t threads,
                     struct rv_update **result)
{
    struct rv_update *update;
    int error;

    rv_platform_lock();
    error = begin_revert_locked(id, &update);
    if (error)
        return unlocked(error);
    if (consistency == RV_CONSISTENCY_CALL)
        commit_locked(update);
    else
        error = start_moving(update, consistency, threads);
    if (error)
        give_up_revert_locked(update);
    else
        *result = update;
    return left_garbage(error);
}

/* ---- in the child of a fork ---- */

/* It is turned also for a fault of the calling thread, below a handler that has forked. */
static void settle_in_child(struct rv_update *update, enum rv_sides sides)
{
    if (sides == RV_SIDES_OLD && update->state == RV_UPDATE_MOVING)
        turn_locked(update);
    if (sides == RV_SIDES_BOTH || rv_image_open(update->image))
        (void)roll_call_locked(update, 0); /* if it cannot be ended now, the next one ends it */
    else if (sides == RV_SIDES_NEW)
        commit_locked(update);
    else
        return_locked(update);
}

void rv_updates_in_child_locked(void)
{
    const enum rv_sides sides = rv_transition_in_child(under_way ? under_way->transition : NULL);

    if (under_way && rv_update_is_moving(under_way))
        settle_in_child(under_way, sides);
    else if (under_way)
        abort_locked(under_way);
}
