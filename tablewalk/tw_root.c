/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_root.c - spaces, roots and views: how trees begin and end.
 *
 * Runs under the caller's lock.
 */
#include "tw_table.h"

bool tw_geometry_is_valid(struct tw_geometry geometry)
{
    unsigned sum = 0;
    if (geometry.levels < 2 || geometry.levels > TW_LEVELS_MAX)
        return false;
    for (unsigned n = 0; n < geometry.levels; n++) {
        if (geometry.bits[n] == 0)
            return false;
        sum += geometry.bits[n];
    }
    return sum == TW_ID_BITS;
}

int tw_space_init(struct tw_space *space, struct tw_geometry geometry,
                  const struct tw_memory *memory, uint64_t fault, uint32_t fault_step)
{
    if (!tw_geometry_is_valid(geometry))
        return TW_E_GEOMETRY;
    if (fault == 0 || !memory->alloc || !memory->retire || !memory->open != !memory->seal)
        return TW_E_SPACE;
    *space = (struct tw_space){
        .geometry = geometry, .memory = *memory, .fault = fault, .fault_step = fault_step};
    return 0;
}

int tw_root_create(const struct tw_space *space, struct tw_table **root)
{
    unsigned level = tw_top_level(space);
    return tw_seal(space, tw_table_create(space, level, tw_full_capacity(space, level), root));
}

int tw_root_place(const struct tw_space *space, void *memory, size_t bytes, struct tw_table **root)
{
    unsigned level = tw_top_level(space);
    size_t capacity = bytes / sizeof(uint64_t);

    if (bytes < tw_table_bytes(1) || (uintptr_t)memory % sizeof(uint64_t))
        return TW_E_TABLE;
    capacity -= sizeof(struct tw_table) / sizeof(uint64_t);
    if (capacity > tw_full_capacity(space, level))
        capacity = tw_full_capacity(space, level);
    *root = memory;
    **root = (struct tw_table){.capacity = (uint32_t)capacity,
                               .refs = 1,
                               .level = (uint8_t)level,
                               .flags = TW_TABLE_BORROWED};
    return 0;
}

int tw_view_create(const struct tw_space *space, struct tw_table *root, struct tw_table **result)
{
    struct tw_table *view;
    int error = tw_table_create(space, root->level, root->capacity, &view);
    if (error)
        return tw_seal(space, error);
    error = tw_open_children(space, root);
    if (error) {
        tw_table_retire(space, view);
        return tw_seal(space, error);
    }
    tw_table_fill(space, view, root);
    *result = view;
    return tw_seal(space, 0);
}

/* Opens every header that tw_table_drop(table) is going to write. */
static int open_for_drop(const struct tw_space *space, struct tw_table *table)
{
    int error = tw_open_header(space, table);
    if (table->level == 0 || table->refs > 1)
        return error;
    for (uint32_t i = 0; i < table->used && !error; i++) {
        struct tw_table *child = tw_child(table, i);
        if (child)
            error = open_for_drop(space, child);
    }
    return error;
}

/* Recursion ends at the leaves, at most TW_LEVELS_MAX deep. */
void tw_table_drop(const struct tw_space *space, struct tw_table *table)
{
    if (--table->refs > 0)
        return;
    for (uint32_t i = 0; table->level > 0 && i < table->used; i++) {
        struct tw_table *child = tw_child(table, i);
        if (child)
            tw_table_drop(space, child);
    }
    if (!tw_is_borrowed(table))
        tw_table_retire(space, table);
}

int tw_root_destroy(const struct tw_space *space, struct tw_table *root)
{
    int error = open_for_drop(space, root);
    if (!error)
        tw_table_drop(space, root);
    return tw_seal(space, error);
}
