/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base.c - builds the leaf tables of an image from its records. Under the core lock.
 */
#include "base.h"
#include "revector/error.h"
#include "root.h"

/* Bytes of a table in the chunk; tables start at multiples of 16. */
static size_t packed_size(const struct rv_unit *unit)
{
    return (tw_table_bytes(unit->count) + 15) & ~(size_t)15;
}

static int is_walked(const struct rv_unit *unit)
{
    return unit->count > 0 && unit->slot && !unit->leaf;
}

int rv_base_in_place(const struct rv_image_state *state, uint32_t unit)
{
    return state->image->units[unit].leaf != 0;
}

static int measure(const struct rv_image_state *state, size_t *size)
{
    *size = 0;
    for (uint32_t n = 0; n < state->units; n++) {
        const struct rv_unit *unit = &state->image->units[n];
        if (unit->count > RV_UNIT_METHODS)
            return RV_ECORRUPT;
        if (is_walked(unit))
            *size += packed_size(unit);
    }
    return 0;
}

static void place_tables(struct rv_image_state *state)
{
    char *at = state->chunk;
    for (uint32_t n = 0; n < state->units; n++) {
        const struct rv_unit *unit = &state->image->units[n];
        if (is_walked(unit)) {
            struct tw_table *table = (struct tw_table *)at;
            *table = (struct tw_table){.capacity = unit->count,
                                       .used = unit->count,
                                       .refs = 1,
                                       .flags = TW_TABLE_BORROWED};
            state->base[n] = tw_slots(table);
            at += packed_size(unit);
        } else if (unit->leaf && unit->slot && unit->count) {
            state->base[n] = tw_slots(RV_TARGET(struct tw_table, unit->leaf));
        }
    }
}

/* Nobody reaches the tables yet, so plain stores do. */
static int enter_bodies(struct rv_image_state *state)
{
    const struct rv_image *image = state->image;

    for (const struct rv_method *m = image->methods; m < image->methods_end; m++) {
        const struct rv_unit *unit = RV_TARGET(const struct rv_unit, m->unit);
        if (m->flags & RV_METHOD_FIXED)
            continue;
        if (unit < image->units || unit >= image->units_end || m->index >= unit->count || !m->body)
            return RV_ECORRUPT;
        state->methods++;
        if (is_walked(unit))
            state->base[unit - image->units][m->index] = (uintptr_t)RV_TARGET(const void, m->body);
    }
    return 0;
}

/* Entries whose method the linker dropped. */
static void fill_gaps(const struct rv_image_state *state)
{
    for (uint32_t n = 0; n < state->units; n++) {
        const struct rv_unit *unit = &state->image->units[n];
        if (!is_walked(unit))
            continue;
        for (uint32_t i = 0; i < unit->count; i++)
            if (!state->base[n][i])
                state->base[n][i] = tw_fault_entry(&rv_space, i);
    }
}

int rv_base_build(struct rv_image_state *state)
{
    int error = measure(state, &state->chunk_size);
    if (!error && state->chunk_size) {
        state->chunk = rv_platform_pages_alloc(state->chunk_size);
        error = state->chunk ? 0 : RV_ENOMEM;
    }
    if (error)
        return error;
    place_tables(state);
    error = enter_bodies(state);
    if (error)
        return error;
    fill_gaps(state);
    if (state->chunk && rv_platform_protect(state->chunk, state->chunk_size, 0) != 0)
        return RV_EPROTECT;
    return 0;
}

void rv_base_free(struct rv_image_state *state)
{
    if (state->chunk)
        rv_platform_pages_free(state->chunk, state->chunk_size);
    state->chunk = NULL;
}

void rv_base_drop_copy(const struct rv_image_state *state, uint32_t unit)
{
    struct tw_table *base = tw_header(state->base[unit]), *old;

    if (rv_root[state->first + unit] == (uintptr_t)state->base[unit])
        return;
    if (tw_swap(&rv_space, &rv_root_table, state->first + unit, base, &old) == 0)
        rv_platform_pages_free(old, tw_table_bytes(old->capacity));
}
