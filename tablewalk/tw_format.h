/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_format.h - the table in memory: method IDs, geometries, tables and their slots.
 *
 * A method ID is cut, from the top, into one index per level, as an MMU cuts a
 * virtual address:
 *
 *   default geometry, 20+12     31                   12 11             0
 *                              |    unit number        |    index       |
 *                               directory slot           leaf entry
 *
 * A table is a header with its slots right behind it. A root is the top-level
 * table. Pointers between tables, and to a root, lead to the first *slot*, never
 * to the header, so that a walk is one load per level with nothing to mask or
 * to add:
 *
 *   directory slot   address of the child's slot 0, or 0: not present
 *   leaf entry       address of code, or the space's fault address: not present
 *
 * An entry is never 0: whoever jumps through it without looking lands in the
 * method-fault handler.
 *
 * A table may be shorter than its level's width (z/Architecture's table-length
 * field): indices at or above `capacity` are out of range.
 *
 * The compiler plugin includes this header: it lays out the leaf tables of
 * `leaf` units in the image, with capacity = used = the unit's count, refs = 1
 * (the image's own, which tw_attach moves into the slot) and
 * flags = TW_TABLE_BORROWED.
 */
#ifndef TABLEWALK_TW_FORMAT_H
#define TABLEWALK_TW_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t tw_id;

#define TW_ID_BITS    32
#define TW_LEVELS_MAX 4

struct tw_geometry {
    uint8_t levels;              /* 2 to TW_LEVELS_MAX */
    uint8_t bits[TW_LEVELS_MAX]; /* per level, the root first; together TW_ID_BITS */
};

static const struct tw_geometry tw_geometry_20_12 = {2, {20, 12, 0, 0}};
static const struct tw_geometry tw_geometry_10_10_12 = {3, {10, 10, 12, 0}};
static const struct tw_geometry tw_geometry_8_8_8_8 = {4, {8, 8, 8, 8}};

/* The header in front of slot 0. Written only by whoever may change the table. */
struct tw_table {
    uint32_t capacity; /* slots that follow */
    uint32_t used;     /* slots at or above this were never set since creation */
    uint32_t refs;     /* directory slots that lead here, and holders: callers, images */
    uint8_t level;     /* 0: leaf; levels - 1: root */
    uint8_t flags;     /* enum tw_table_flags */
    uint16_t reserved;
    uint64_t owner; /* for whoever made the table; a copy has it too */
};

enum tw_table_flags {
    /*
     * The table lies in memory of the caller (an image, static data) and is never
     * freed here. Code may load its entries by their own addresses, past every
     * root; so it is never copied on write: a change is made in place, for all.
     */
    TW_TABLE_BORROWED = 1u << 0,
    /*
     * The table was once shared by two trees, and is changed in a copy for ever after,
     * also when only one tree is left that leads to it: a walk that began in the other
     * one may still be inside, and must not see what is not its own.
     */
    TW_TABLE_FROZEN = 1u << 1,
};

static inline uint64_t *tw_slots(struct tw_table *table)
{
    return (uint64_t *)(table + 1);
}

static inline struct tw_table *tw_header(uint64_t *slots)
{
    return (struct tw_table *)slots - 1;
}

#ifdef __cplusplus
}
#endif
#endif
