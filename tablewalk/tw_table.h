/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_table.h - what the sources of tablewalk know of one single table: how an ID
 * is cut, how tables come and go, and how their memory is opened for a change.
 *
 * Private to tablewalk. Everything here runs under the caller's lock, but for the
 * index arithmetic and tw_child, which readers use too.
 */
#ifndef TABLEWALK_TW_TABLE_H
#define TABLEWALK_TW_TABLE_H

#include <stdbool.h>

#include "tablewalk.h"

bool tw_geometry_is_valid(struct tw_geometry geometry);

/* ---- how an ID is cut; level 0 is the leaf, geometry.bits has the root first ---- */

static inline unsigned tw_level_bits(const struct tw_space *space, unsigned level)
{
    return space->geometry.bits[space->geometry.levels - 1 - level];
}

/* Bits of an ID below those of `level`. */
static inline unsigned tw_level_shift(const struct tw_space *space, unsigned level)
{
    unsigned shift = 0;
    while (level-- > 0)
        shift += tw_level_bits(space, level);
    return shift;
}

static inline uint32_t tw_level_index(const struct tw_space *space, tw_id id, unsigned level)
{
    return (id >> tw_level_shift(space, level)) & (tw_full_capacity(space, level) - 1);
}

static inline unsigned tw_top_level(const struct tw_space *space)
{
    return space->geometry.levels - 1u;
}

/* TW_E_RANGE if a unit number has more bits than an ID has above the leaf's. */
static inline int tw_check_unit(const struct tw_space *space, uint32_t unit)
{
    return unit >> (TW_ID_BITS - tw_level_bits(space, 0)) ? TW_E_RANGE : 0;
}

/* ---- slots ---- */

static inline const uint64_t *tw_slot(const struct tw_table *table, uint32_t index)
{
    return (const uint64_t *)(table + 1) + index;
}

/* What a directory slot that leads to `table` holds. */
static inline uint64_t tw_link_to(const struct tw_table *table)
{
    return (uint64_t)(uintptr_t)tw_slot(table, 0);
}

/* The table that a directory slot with this value leads to, or null. */
static inline struct tw_table *tw_linked(uint64_t value)
{
    return value ? tw_header((uint64_t *)(uintptr_t)value) : NULL;
}

static inline struct tw_table *tw_child(const struct tw_table *directory, uint32_t index)
{
    return tw_linked(tw_load_consume(tw_slot(directory, index)));
}

/* What an empty slot holds. */
static inline uint64_t tw_empty(const struct tw_space *space, unsigned level, uint32_t index)
{
    return level ? 0 : tw_fault_entry(space, index);
}

static inline bool tw_is_borrowed(const struct tw_table *table)
{
    return table->flags & TW_TABLE_BORROWED;
}

/* Whether only one slot leads here, and no walk that came through another one. */
static inline bool tw_is_exclusive(const struct tw_table *table)
{
    return table->refs == 1 && !(table->flags & TW_TABLE_FROZEN);
}

/* Whether `table` has the shape of a leaf table of this space. */
bool tw_is_leaf(const struct tw_space *space, const struct tw_table *table);

/* ---- tables come and go ---- */

/* A table with one reference and undefined leaf entries: tw_table_fill is next. */
TW_MUST_CHECK int tw_table_create(const struct tw_space *space, unsigned level, uint32_t capacity,
                                  struct tw_table **table);

/*
 * Fills a new table with the slots of `origin`, or with empty ones if that is null.
 * The children of a copied directory get one more reference and are frozen: open
 * them before.
 */
void tw_table_fill(const struct tw_space *space, struct tw_table *table,
                   const struct tw_table *origin);

/* Stores a slot with release order and raises `used`: open it before. */
void tw_table_set(const struct tw_space *space, struct tw_table *table, uint32_t index,
                  uint64_t value);

void tw_table_retire(const struct tw_space *space, struct tw_table *table);

/* Takes one reference away; with the last one goes the table and its own references. */
void tw_table_drop(const struct tw_space *space, struct tw_table *table);

/* ---- protection: open what a change will write, change, seal ---- */

/* The header, which has the reference count. */
TW_MUST_CHECK int tw_open_header(const struct tw_space *space, struct tw_table *table);

/* Whatever tw_table_set writes. */
TW_MUST_CHECK int tw_open_slot(const struct tw_space *space, struct tw_table *table,
                               uint32_t index);

/* The headers of all children of a directory that is going to be copied. */
TW_MUST_CHECK int tw_open_children(const struct tw_space *space, const struct tw_table *directory);

/* Ends every change. Returns `error`, so that it can be the last line of one. */
TW_MUST_CHECK int tw_seal(const struct tw_space *space, int error);

#endif
