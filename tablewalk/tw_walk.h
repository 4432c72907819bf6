/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_walk.h - the walk: method ID in, entry out, one load per level.
 *
 * This is what compiled stubs do. It checks nothing: the ID must have been mapped
 * or attached, or must at least lie within tables that exist. tw_walk in
 * tablewalk.h is the walk for an ID from anywhere else.
 *
 * Any thread, no locks. The tables on the path must not be freed under the
 * reader: see `retire` in tablewalk.h.
 */
#ifndef TABLEWALK_TW_WALK_H
#define TABLEWALK_TW_WALK_H

#include "tw_atomic.h"
#include "tw_format.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The entry of `id` in the tree under `root` (the root's slot 0).
 *
 * Invariant: `at` is slot 0 of the table for the bits of the ID that were consumed,
 * and `rest` has the bits that are left, at its top. After the last level `at` is
 * the entry. With a constant geometry the loop unrolls into `levels` loads.
 *
 * Order: the consume load of a slot and the load through its value are ordered by
 * dependency; commit() in tw_change.c has the other half, the release store that
 * publishes a table or an entry after what it leads to was written.
 */
static inline __attribute__((always_inline)) uint64_t tw_walk_unchecked(const uint64_t *root,
                                                                        tw_id id,
                                                                        struct tw_geometry geometry)
{
    uint64_t at = (uint64_t)(uintptr_t)root;
    uint32_t rest = id;
    for (unsigned n = 0; n < geometry.levels; n++) {
        uint32_t index = rest >> (TW_ID_BITS - geometry.bits[n]);
        rest <<= geometry.bits[n];
        at = tw_load_consume((const uint64_t *)(uintptr_t)at + index);
    }
    return at;
}

/* The same with the geometry fixed: what a compiler makes of 2, 3 and 4 levels. */

static inline uint64_t tw_walk_20_12(const uint64_t *root, tw_id id)
{
    return tw_walk_unchecked(root, id, tw_geometry_20_12);
}

static inline uint64_t tw_walk_10_10_12(const uint64_t *root, tw_id id)
{
    return tw_walk_unchecked(root, id, tw_geometry_10_10_12);
}

static inline uint64_t tw_walk_8_8_8_8(const uint64_t *root, tw_id id)
{
    return tw_walk_unchecked(root, id, tw_geometry_8_8_8_8);
}

#ifdef __cplusplus
}
#endif
#endif
