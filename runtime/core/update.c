/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * update.c - the steps of an update, in their order; each takes the core lock.
 */
#include "update.h"
#include "base.h"
#include "revector/error.h"
#include "root.h"
#include "stage.h"
#include "update_list.h"

static struct rv_update *under_way; /* between begin and commit or abort */
static uint32_t last_id;

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
static int prepare(struct rv_update *update, int with)
{
    int error;

    if (update->image->phase != RV_IMAGE_LIVE)
        return RV_ELEAVING; /* its records may be unmapped under our hands */
    error = rv_stage_build(update, with);
    if (error)
        return error;
    error = rv_image_open(update->image);
    if (error)
        rv_stage_drop(update);
    return error;
}

static void publish(struct rv_update *update, int with)
{
    rv_stage_publish(update, with);
    rv_image_close(update->image);
}

int rv_update_check(struct rv_update *update)
{
    int error;

    if (update->state != RV_UPDATE_STAGING)
        return RV_ESTATE;
    if (update->count == 0)
        return RV_ENOCHANGE;
    rv_platform_lock();
    rv_stage_sort(update);
    error = prepare(update, 1);
    if (!error)
        update->state = RV_UPDATE_CHECKED;
    return unlocked(error);
}

/* ---- transition ---- */

int rv_update_transition(struct rv_update *update, enum rv_consistency consistency)
{
    if (update->state != RV_UPDATE_CHECKED)
        return RV_ESTATE;
    if (consistency == RV_CONSISTENCY_THREAD || consistency == RV_CONSISTENCY_PROCESS)
        return RV_ELATER;
    if (consistency != RV_CONSISTENCY_CALL)
        return RV_EOPTIONS;
    update->state = RV_UPDATE_READY;
    return 0;
}

/* ---- commit, abort, revert ---- */

void rv_update_commit(struct rv_update *update)
{
    rv_platform_lock();
    if (update != under_way || update->state != RV_UPDATE_READY)
        rv_platform_panic("commit of an update that is not ready");
    rv_update_append_locked(update); /* first: the tables that it replaces count as its garbage */
    publish(update, 1);
    update->state = RV_UPDATE_COMMITTED;
    update->committed = rv_platform_time();
    under_way = NULL;
    rv_platform_unlock();
    rv_platform_garbage();
}

static void abort_locked(struct rv_update *update)
{
    if (update->state != RV_UPDATE_STAGING)
        rv_image_close(update->image);
    rv_stage_drop(update);
    under_way = NULL;
    rv_update_free_locked(update);
}

void rv_update_abort(struct rv_update *update)
{
    rv_platform_lock();
    if (update != under_way)
        rv_platform_panic("abort of an update that is not under way");
    abort_locked(update);
    rv_platform_unlock();
}

static int revert_locked(uint32_t id, void **owner)
{
    struct rv_update *update = rv_update_find_locked(id);
    int error;

    if (!update)
        return RV_ENOUPDATE;
    if (update->state != RV_UPDATE_COMMITTED)
        return RV_EREVERTED;
    if (under_way)
        return RV_EBUSY;
    error = prepare(update, 0);
    if (error)
        return error;
    publish(update, 0);
    update->state = RV_UPDATE_REVERTED;
    update->reverted = rv_platform_time();
    *owner = update->owner;
    return 0;
}

int rv_update_revert(uint32_t id, void **owner)
{
    int error;

    rv_platform_lock();
    error = revert_locked(id, owner);
    rv_platform_unlock();
    if (!error)
        rv_platform_garbage();
    return error;
}

void rv_updates_in_child_locked(void)
{
    if (under_way)
        abort_locked(under_way);
}
