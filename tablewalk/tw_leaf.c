/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_leaf.c - leaf tables that a caller holds: created, copied, staged, released.
 *
 * tw_change.c attaches them. Runs under the caller's lock.
 */
#include "tw_table.h"

static int create(const struct tw_space *space, uint32_t capacity, const struct tw_table *origin,
                  struct tw_table **result)
{
    struct tw_table *leaf;
    int error = tw_table_create(space, 0, capacity, &leaf);
    if (!error) {
        tw_table_fill(space, leaf, origin);
        *result = leaf;
    }
    return tw_seal(space, error);
}

int tw_leaf_create(const struct tw_space *space, uint32_t capacity, struct tw_table **leaf)
{
    if (capacity == 0 || capacity > tw_full_capacity(space, 0))
        return TW_E_RANGE;
    return create(space, capacity, NULL, leaf);
}

int tw_leaf_copy(const struct tw_space *space, const struct tw_table *leaf, struct tw_table **copy)
{
    if (!tw_is_leaf(space, leaf))
        return TW_E_TABLE;
    return create(space, leaf->capacity, leaf, copy);
}

int tw_leaf_set(const struct tw_space *space, struct tw_table *leaf, uint32_t index,
                uint64_t address)
{
    if (!tw_is_leaf(space, leaf))
        return TW_E_TABLE;
    if (!tw_is_exclusive(leaf))
        return TW_E_SHARED;
    if (index >= leaf->capacity)
        return TW_E_RANGE;
    if (address == 0)
        return TW_E_ADDRESS;
    int error = tw_open_slot(space, leaf, index);
    if (!error)
        tw_table_set(space, leaf, index, address);
    return tw_seal(space, error);
}

int tw_leaf_release(const struct tw_space *space, struct tw_table *leaf)
{
    if (!tw_is_leaf(space, leaf) || leaf->refs == 0)
        return TW_E_TABLE;
    int error = tw_open_header(space, leaf);
    if (!error)
        tw_table_drop(space, leaf);
    return tw_seal(space, error);
}
