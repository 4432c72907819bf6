/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base.c - enters an image's first bodies in the leaf tables that it brings along.
 * Under the core lock.
 */
#include "base.h"
#include "revector/error.h"
#include "root.h"

int rv_base_in_place(const struct rv_image_state *state, uint32_t unit)
{
    return (state->image->units[unit].flags & RV_UNIT_LEAF) != 0;
}

static int is_table(const struct rv_unit *unit, const struct tw_table *table)
{
    return table && table->capacity == unit->count && table->level == 0 && table->refs == 1 &&
           table->owner == (uintptr_t)RV_TARGET(struct rv_slot, unit->slot);
}

int rv_base_find(struct rv_image_state *state)
{
    for (uint32_t n = 0; n < state->units; n++) {
        const struct rv_unit *unit = &state->image->units[n];
        struct tw_table *table = RV_TARGET(struct tw_table, unit->leaf);
        if (!unit->slot)
            continue;
        if (unit->count == 0 || unit->count > RV_UNIT_METHODS || !is_table(unit, table))
            return RV_ECORRUPT;
        state->base[n] = tw_slots(table);
    }
    return 0;
}

static int is_recorded(const struct rv_image *image, const struct rv_method *method,
                       const struct rv_unit *unit)
{
    return unit >= image->units && unit < image->units_end && unit->slot &&
           method->index < unit->count && method->body;
}

int rv_base_check(struct rv_image_state *state)
{
    const struct rv_image *image = state->image;

    for (const struct rv_method *m = image->methods; m < image->methods_end; m++) {
        if (m->flags & RV_METHOD_FIXED)
            continue;
        if (!is_recorded(image, m, RV_TARGET(const struct rv_unit, m->unit)))
            return RV_ECORRUPT;
        state->methods++;
    }
    return 0;
}

/*
 * Calls may be under way through these entries: they found the fault, which knows
 * the first body as well. A page that holds all it needs is not written.
 */
void rv_base_enter(const struct rv_image_state *state)
{
    const struct rv_image *image = state->image;

    for (const struct rv_method *m = image->methods; m < image->methods_end; m++) {
        const uint64_t body = (uintptr_t)RV_TARGET(const void, m->body);
        uint64_t *entry;
        if (m->flags & RV_METHOD_FIXED)
            continue;
        entry = state->base[RV_TARGET(const struct rv_unit, m->unit) - image->units] + m->index;
        if (tw_load_relaxed(entry) != body)
            tw_store_release(entry, body);
    }
}
