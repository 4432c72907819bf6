/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.c - see guard.h. Under the core lock, which a signal handler has tried to get.
 */
#include "guard.h"
#include "base.h"
#include "revector/error.h"
#include "root.h"
#include "stage.h"
#include "transition.h"
#include "update_list.h"

/* One method: where a table has `from` it is to have `to`. */
struct swap {
    uint32_t index;
    uint64_t from, to;
    int error;
};

/* A table in pages of its own, which is read-only unless somebody is in here. */
static void swap_entry(uint64_t *leaf, void *context)
{
    struct swap *swap = context;
    struct tw_table *table = tw_header(leaf);
    const size_t bytes = tw_table_bytes(table->capacity);

    if (tw_load_relaxed(&leaf[swap->index]) != swap->from)
        return;
    if (rv_platform_protect(table, bytes, 1)) {
        swap->error = RV_EPROTECT;
        return;
    }
    tw_store_release(&leaf[swap->index], swap->to);
    if (rv_platform_protect(table, bytes, 0))
        swap->error = RV_EPROTECT;
}

/* A table in the image. */
static void swap_in_place(struct rv_image_state *image, uint64_t *leaf, struct swap *swap)
{
    if (tw_load_relaxed(&leaf[swap->index]) != swap->from)
        return;
    if (rv_image_open(image)) {
        swap->error = RV_EPROTECT;
        return;
    }
    tw_store_release(&leaf[swap->index], swap->to);
    rv_image_close(image);
}

/* The table in force, and those that an update under way is about to bring into force. */
static void swap_tables(struct rv_image_state *image, uint32_t unit, struct swap *swap)
{
    const struct rv_update *under_way = rv_update_under_way_locked();

    if (rv_base_in_place(image, unit))
        swap_in_place(image, image->base[unit], swap);
    else
        swap_entry((uint64_t *)(uintptr_t)tw_load_relaxed(&rv_root[image->first + unit]), swap);
    if (under_way && under_way->image == image)
        rv_stage_each_built(under_way, unit, swap_entry, swap);
}

static int take_back(struct rv_update *update, const struct rv_change *change)
{
    const struct rv_unit *unit = RV_TARGET(const struct rv_unit, change->method->unit);
    const struct rv_update *under_way = rv_update_under_way_locked();
    struct swap swap = {.index = change->method->index,
                        .from = change->body,
                        .to = rv_stage_body(update, 0, change->method)};

    swap_tables(update->image, (uint32_t)(unit - update->image->image->units), &swap);
    if (under_way && under_way->transition)
        rv_transition_swap(under_way->transition, RV_TARGET(const struct rv_slot, unit->slot),
                           swap.index, swap.from, swap.to);
    return swap.error;
}

/* One that is only being staged has no code that anybody could have run. */
static struct rv_update *find(uint32_t id)
{
    struct rv_update *update = rv_update_find_locked(id);

    return update && update->image ? update : NULL;
}

int rv_guard_take_back_locked(uint32_t id)
{
    struct rv_update *update = find(id);
    int error = 0;

    if (!update || rv_update_has_ended(update))
        return RV_ENOUPDATE;
    update->is_taken_back = 1;
    for (uint32_t n = 0; n < update->count; n++) {
        const int failed = take_back(update, &update->changes[n]);
        error = error ? error : failed;
    }
    return error;
}

const struct rv_method *rv_guard_method_locked(uint32_t id, uintptr_t pc, uintptr_t *offset)
{
    const struct rv_update *update = find(id);
    const struct rv_change *best = NULL;

    for (uint32_t n = 0; update && n < update->count; n++) {
        const struct rv_change *change = &update->changes[n];
        if (change->body <= pc && (!best || change->body > best->body))
            best = change;
    }
    if (!best || rv_platform_function_end(best->body, pc + 1) <= pc)
        return NULL;
    *offset = pc - best->body;
    return best->method;
}
