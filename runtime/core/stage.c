/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stage.c - builds and publishes the leaf tables of an update. Under the core lock.
 *
 * What a unit's table must hold follows from the list of updates alone: first
 * bodies, then each committed update's bodies, oldest first. So commit and revert
 * are the same thing, once with the update and once without it, and any order of
 * reverting is right.
 */
#include "stage.h"
#include "base.h"
#include "garbage_list.h"
#include "replace.h"
#include "revector/error.h"
#include "root.h"
#include "sort.h"
#include "update_list.h"

struct rv_staged {
    uint32_t unit;             /* in the image */
    uint64_t *next;            /* slot 0 of the table to be; null: change in place */
    struct rv_garbage *retire; /* for the table that `next` replaces; null: that is the base */
    uint64_t *hold;            /* as it is now, but the update's methods fault; null: none */
    struct rv_garbage *hold_retire;
};

/* ---- changes ---- */

static int comes_before(const void *a, const void *b)
{
    return ((const struct rv_change *)a)->method < ((const struct rv_change *)b)->method;
}

void rv_stage_sort(struct rv_update *update)
{
    struct rv_change *changes = update->changes;
    uint32_t kept = 0;

    rv_sort(changes, update->count, sizeof(*changes), comes_before);
    for (uint32_t n = 0; n < update->count; n++)
        if (kept == 0 || changes[kept - 1].method != changes[n].method)
            changes[kept++] = changes[n];
    update->count = kept;
}

static uint32_t unit_of(const struct rv_update *update, const struct rv_change *change)
{
    const struct rv_unit *unit = RV_TARGET(const struct rv_unit, change->method->unit);
    return (uint32_t)(unit - update->image->image->units);
}

/* ---- what a table must hold ---- */

/* Whether `other` counts, when we look at the world with or without `update`. */
static int counts(const struct rv_update *other, const struct rv_update *update, int with)
{
    if (other->is_taken_back || (other != update && with && update->replaces))
        return 0;
    if (other == update)
        return with;
    return other->state == RV_UPDATE_COMMITTED && other->image == update->image;
}

static int enter_changes(const struct rv_update *from, uint32_t unit, uint64_t *slots)
{
    int found = 0;
    for (uint32_t n = 0; n < from->count; n++)
        if (unit_of(from, &from->changes[n]) == unit && !rv_replace_is_back(&from->changes[n])) {
            found = 1;
            if (slots)
                tw_store_release(&slots[from->changes[n].method->index], from->changes[n].body);
        }
    return found;
}

/*
 * Enters all bodies that count into `slots`, or only finds out whether there are
 * any if that is null. An update that is not committed yet is not in the list: it
 * is the newest.
 */
static int enter_updates(const struct rv_update *update, int with, uint32_t unit, uint64_t *slots)
{
    int found = 0;
    for (const struct rv_update *other = rv_updates_locked(); other; other = other->next)
        if (other != update && counts(other, update, with))
            found |= enter_changes(other, unit, slots);
    if (with)
        found |= enter_changes(update, unit, slots);
    return found;
}

uint64_t rv_stage_body(const struct rv_update *update, int with, const struct rv_method *method)
{
    uint64_t body = (uintptr_t)RV_TARGET(const void, method->body);
    int is_listed = 0; /* else it is the newest */

    for (const struct rv_update *other = rv_updates_locked(); other; other = other->next) {
        const struct rv_change *change = rv_update_change_locked(other, method);
        is_listed |= other == update;
        if (counts(other, update, with) && change)
            body = change->body;
    }
    if (with && !is_listed)
        body = rv_update_change_locked(update, method)->body;
    return body;
}

/* ---- building ---- */

static int copy_table(const struct rv_update *update, int with, struct rv_staged *staged)
{
    uint64_t *base = update->image->base[staged->unit];
    struct tw_table *copy;
    int error = tw_leaf_copy(&rv_space, tw_header(base), &copy);

    if (error)
        return rv_error_of_table(error);
    staged->next = tw_slots(copy);
    enter_updates(update, with, staged->unit, staged->next);
    return rv_platform_protect(copy, tw_table_bytes(copy->capacity), 0) ? RV_EPROTECT : 0;
}

static uint64_t *current_table(const struct rv_update *update, uint32_t unit)
{
    return (uint64_t *)(uintptr_t)tw_load_relaxed(&rv_root[update->image->first + unit]);
}

static int build_unit(const struct rv_update *update, int with, struct rv_staged *staged)
{
    uint64_t *base = update->image->base[staged->unit];

    if (rv_base_in_place(update->image, staged->unit))
        return 0;
    if (current_table(update, staged->unit) != base) {
        staged->retire = rv_garbage_reserve_locked();
        if (!staged->retire)
            return RV_ENOMEM;
    }
    if (enter_updates(update, with, staged->unit, NULL))
        return copy_table(update, with, staged);
    staged->next = base;
    return 0;
}

/* Changes are sorted by record, and a unit's records mostly lie together. */
static int is_known(const struct rv_update *update, uint32_t unit)
{
    for (uint32_t n = update->staged_count; n-- > 0;)
        if (update->staged[n].unit == unit)
            return 1;
    return 0;
}

static void collect_units(struct rv_update *update)
{
    for (uint32_t n = 0; n < update->count; n++) {
        uint32_t unit = unit_of(update, &update->changes[n]);
        if (!is_known(update, unit))
            update->staged[update->staged_count++].unit = unit;
    }
}

int rv_stage_build(struct rv_update *update, int with)
{
    int error = 0;

    update->staged = rv_platform_alloc(update->count * sizeof(struct rv_staged));
    if (!update->staged)
        return RV_ENOMEM;
    update->staged_capacity = update->count;
    collect_units(update);
    for (uint32_t n = 0; n < update->staged_count && !error; n++)
        error = build_unit(update, with, &update->staged[n]);
    if (error)
        rv_stage_drop(update);
    return error;
}

static void free_table(uint64_t *slots)
{
    struct tw_table *table = tw_header(slots);
    rv_platform_pages_free(table, tw_table_bytes(table->capacity));
}

static void free_staged(struct rv_update *update)
{
    rv_platform_free(update->staged, update->staged_capacity * sizeof(struct rv_staged));
    update->staged = NULL;
    update->staged_count = update->staged_capacity = 0;
}

static void drop_next(struct rv_update *update)
{
    for (uint32_t n = 0; n < update->staged_count; n++) {
        struct rv_staged *staged = &update->staged[n];
        if (staged->retire)
            rv_garbage_unreserve_locked(staged->retire);
        if (staged->next && staged->next != update->image->base[staged->unit])
            free_table(staged->next);
    }
}

static void drop_hold(struct rv_update *update)
{
    for (uint32_t n = 0; n < update->staged_count; n++) {
        struct rv_staged *staged = &update->staged[n];
        if (staged->hold_retire)
            rv_garbage_unreserve_locked(staged->hold_retire);
        if (staged->hold)
            free_table(staged->hold);
        staged->hold_retire = NULL;
        staged->hold = NULL;
    }
}

void rv_stage_drop(struct rv_update *update)
{
    if (!update->staged)
        return;
    drop_next(update);
    drop_hold(update);
    free_staged(update);
}

/* ---- holding: the update's methods fault ---- */

static int build_hold(const struct rv_update *update, struct rv_staged *staged)
{
    struct tw_table *copy;
    int error = tw_leaf_copy(&rv_space, tw_header(current_table(update, staged->unit)), &copy);

    if (error)
        return rv_error_of_table(error);
    staged->hold = tw_slots(copy);
    for (uint32_t n = 0; n < update->count; n++)
        if (unit_of(update, &update->changes[n]) == staged->unit) {
            const uint32_t index = update->changes[n].method->index;
            tw_store_relaxed(&staged->hold[index], tw_fault_entry(&rv_space, index));
        }
    staged->hold_retire = rv_garbage_reserve_locked();
    if (!staged->hold_retire)
        return RV_ENOMEM;
    return rv_platform_protect(copy, tw_table_bytes(copy->capacity), 0) ? RV_EPROTECT : 0;
}

int rv_stage_hold(struct rv_update *update)
{
    int error = 0;

    for (uint32_t n = 0; n < update->staged_count && !error; n++)
        if (!rv_base_in_place(update->image, update->staged[n].unit))
            error = build_hold(update, &update->staged[n]);
    if (error)
        drop_hold(update);
    return error;
}

void rv_stage_each_table(const struct rv_update *update,
                         void (*visit)(const uint64_t *leaf, uint32_t entries, void *context),
                         void *context)
{
    for (uint32_t n = 0; n < update->staged_count; n++)
        if (!rv_base_in_place(update->image, update->staged[n].unit)) {
            uint64_t *leaf = current_table(update, update->staged[n].unit);
            visit(leaf, tw_header(leaf)->capacity, context);
        }
}

void rv_stage_each_built(const struct rv_update *update, uint32_t unit,
                         void (*visit)(uint64_t *leaf, void *context), void *context)
{
    for (uint32_t n = 0; n < update->staged_count; n++) {
        const struct rv_staged *staged = &update->staged[n];
        if (staged->unit == unit && staged->next)
            visit(staged->next, context);
        if (staged->unit == unit && staged->hold)
            visit(staged->hold, context);
    }
}

/* ---- publishing ---- */

static void set_word(const struct rv_update *update, uint32_t unit, const uint64_t *leaf)
{
    tw_store_release(&rv_image_slot(update->image, unit)->leaf, (uintptr_t)leaf);
}

/*
 * Order: the copy's entries were written before the release store of the slot's word.
 * The other half is in every stub: it loads the word, and the entry by dependency.
 */
static void publish_table(const struct rv_update *update, struct rv_staged *staged)
{
    struct tw_table *old;
    int error = tw_swap(&rv_space, &rv_root_table, update->image->first + staged->unit,
                        tw_header(staged->next), &old);
    if (error)
        rv_platform_panic("a unit lost its leaf table between check and commit");
    set_word(update, staged->unit, staged->next);
    if (staged->retire)
        rv_garbage_retire_table_locked(staged->retire, old, update->id);
}

static void publish_in_place(const struct rv_update *update, int with, uint32_t unit)
{
    uint64_t *slots = update->image->base[unit];
    for (uint32_t n = 0; n < update->count; n++)
        if (unit_of(update, &update->changes[n]) == unit) {
            const struct rv_method *method = update->changes[n].method;
            tw_store_release(&slots[method->index], rv_stage_body(update, with, method));
        }
}

/* Nobody begins there any more, but a call may be on its way through. */
static void retire_hold(const struct rv_update *update, struct rv_staged *staged)
{
    if (staged->hold)
        rv_garbage_retire_table_locked(staged->hold_retire, tw_header(staged->hold), update->id);
    staged->hold = NULL;
    staged->hold_retire = NULL;
}

static void fault_in_place(const struct rv_update *update, uint32_t unit)
{
    uint64_t *slots = update->image->base[unit];
    for (uint32_t n = 0; n < update->count; n++)
        if (unit_of(update, &update->changes[n]) == unit) {
            const struct rv_method *method = update->changes[n].method;
            tw_store_release(&slots[method->index],
                             (uintptr_t)RV_TARGET(const void, method->fault));
        }
}

void rv_stage_publish_hold(struct rv_update *update)
{
    for (uint32_t n = 0; n < update->staged_count; n++) {
        const struct rv_staged *staged = &update->staged[n];
        if (staged->hold)
            set_word(update, staged->unit, staged->hold);
        else
            fault_in_place(update, staged->unit);
    }
}

void rv_stage_publish(struct rv_update *update, int with)
{
    for (uint32_t n = 0; n < update->staged_count; n++) {
        struct rv_staged *staged = &update->staged[n];
        if (staged->next)
            publish_table(update, staged);
        else
            publish_in_place(update, with, staged->unit);
        retire_hold(update, staged);
    }
    free_staged(update);
}

void rv_stage_publish_back(struct rv_update *update, int with)
{
    for (uint32_t n = 0; n < update->staged_count; n++) {
        struct rv_staged *staged = &update->staged[n];
        if (staged->hold)
            set_word(update, staged->unit, current_table(update, staged->unit));
        else
            publish_in_place(update, !with, staged->unit);
        retire_hold(update, staged);
    }
    drop_next(update);
    free_staged(update);
}
