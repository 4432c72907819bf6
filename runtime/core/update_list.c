/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * update_list.c - bookkeeping of updates: find, count, tell, forget.
 */
#include "update_list.h"
#include "revector/error.h"
#include "transition.h"

static struct rv_update *updates;

struct rv_update *rv_updates_locked(void)
{
    return updates;
}

void rv_update_append_locked(struct rv_update *update)
{
    struct rv_update **at = &updates;
    while (*at)
        at = &(*at)->next;
    update->next = NULL;
    *at = update;
}

void rv_update_remove_locked(struct rv_update *update)
{
    struct rv_update **at = &updates;
    while (*at != update)
        at = &(*at)->next;
    *at = update->next;
}

struct rv_update *rv_update_find_locked(uint32_t id)
{
    struct rv_update *update = updates;
    while (update && update->id != id)
        update = update->next;
    return update;
}

void rv_update_free_locked(struct rv_update *update)
{
    if (update->changes)
        rv_platform_free(update->changes, update->capacity * sizeof(*update->changes));
    rv_platform_free(update, sizeof(*update));
}

void rv_updates_orphan_locked(struct rv_image_state *image)
{
    for (struct rv_update *update = updates; update; update = update->next) {
        if (update->image != image)
            continue;
        if (update->state == RV_UPDATE_COMMITTED) {
            update->state = RV_UPDATE_ORPHANED;
            update->reverted = rv_platform_time();
        }
        update->image = NULL;
        update->count = 0; /* the records are unmapped */
    }
}

const struct rv_change *rv_update_change_locked(const struct rv_update *update,
                                                const struct rv_method *method)
{
    uint32_t low = 0, high = update->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (update->changes[middle].method < method)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < update->count && update->changes[low].method == method)
        return &update->changes[low];
    return NULL;
}

uint32_t rv_method_versions_locked(const struct rv_method *method, uint32_t *newest)
{
    uint32_t count = 0, last = 0;

    for (const struct rv_update *update = updates; update; update = update->next)
        if (update->state == RV_UPDATE_COMMITTED && rv_update_change_locked(update, method)) {
            count++;
            last = update->id;
        }
    if (newest)
        *newest = last;
    return count;
}

uint32_t rv_method_versions(const struct rv_method *method, uint32_t *newest)
{
    uint32_t count;

    rv_platform_lock();
    count = rv_method_versions_locked(method, newest);
    rv_platform_unlock();
    return count;
}

int rv_updates_each(int (*visit)(const struct rv_update *update, void *context), void *context)
{
    int result = 0;
    rv_platform_lock();
    for (const struct rv_update *update = updates; update && !result; update = update->next)
        result = visit(update, context);
    rv_platform_unlock();
    return result;
}

static int forget_locked(uint32_t id)
{
    struct rv_update *update = rv_update_find_locked(id);

    if (!update)
        return RV_ENOUPDATE;
    if (!rv_update_has_ended(update))
        return RV_ESTATE;
    if (update->garbage)
        return RV_EBUSY;
    rv_update_remove_locked(update);
    rv_update_free_locked(update);
    return 0;
}

int rv_update_forget(uint32_t id)
{
    int error;
    rv_platform_lock();
    error = forget_locked(id);
    rv_platform_unlock();
    return error;
}

/* ---- for whoever moves the threads ---- */

uint32_t rv_update_spans(const struct rv_update *update, struct rv_span *spans, uint32_t room)
{
    const struct rv_span *all;
    uint32_t count = 0;

    rv_platform_lock();
    if (update == rv_update_under_way_locked() && update->transition)
        count = rv_transition_spans(update->transition, &all);
    for (uint32_t n = 0; n < count && n < room; n++)
        spans[n] = all[n];
    rv_platform_unlock();
    return count;
}

void rv_update_mark(struct rv_update *update)
{
    rv_platform_lock();
    rv_transition_mark(update->transition);
    rv_platform_unlock();
}

int rv_update_has_moved(const struct rv_update *update, int32_t thread)
{
    return rv_transition_has_moved(update->transition, thread);
}

void rv_update_note_held(struct rv_update *update, int32_t thread, uint32_t span)
{
    rv_transition_note_held(update->transition, thread, span);
}

const struct rv_method *rv_update_held(const struct rv_update *update, int32_t thread)
{
    return rv_transition_held(update->transition, thread);
}
