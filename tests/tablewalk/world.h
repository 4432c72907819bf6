/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world.h - the world around a space under test: memory that can be exhausted on
 * purpose, that is really write-protected between changes, and that is counted.
 *
 * One thread. Not for the torture test, whose memory has a grace period.
 */
#ifndef TESTS_TABLEWALK_WORLD_H
#define TESTS_TABLEWALK_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include "tablewalk/tablewalk.h"

#define WORLD_FAULT      0xfa017ULL /* of entry 0; see world_fault */
#define WORLD_FAULT_STEP 16
#define WORLD_REGIONS    512
#define WORLD_ROOT_MAX   64 /* slots of the short roots that world_root places */

/* What entry `index` of a leaf table holds while it is not present. */
static inline uint64_t world_fault(uint32_t index)
{
    return WORLD_FAULT + (uint64_t)index * WORLD_FAULT_STEP;
}

enum world_kind {
    WORLD_PAGES, /* own pages per table, read-only when sealed, unmapped when retired */
    WORLD_HEAP,  /* calloc and free: fast, and watched by the address sanitizer */
};

struct region {
    uint8_t *pages; /* WORLD_PAGES: what was mapped, and how much */
    size_t mapped;
    uint8_t *memory; /* what the table lies in; it ends where the pages end */
    size_t bytes;
    int open;
    int retired; /* but kept */
};

struct world {
    struct tw_space space;
    enum world_kind kind;
    struct region regions[WORLD_REGIONS];
    unsigned live;       /* regions in use */
    unsigned fail_alloc; /* n: the n-th allocation from now fails, once; 0: none */
    unsigned fail_open;  /* the same for opening memory */
    int keep_retired;    /* see world_keep_retired */
    unsigned failed;     /* how many have failed on purpose */
};

extern const struct tw_geometry *const world_geometries[];
extern const char *const world_geometry_names[];
extern const unsigned world_geometry_count;

void world_init(struct world *world, enum world_kind kind, struct tw_geometry geometry);

/* Aborts with a message if tables are left over. */
void world_check_empty(const struct world *world);

/* A placed root of at most WORLD_ROOT_MAX slots, and the end of one. */
struct tw_table *world_root(struct world *world);
void world_root_end(struct world *world, struct tw_table *root);

/*
 * A borrowed leaf table as the compiler would lay it out in an image: all entries
 * in use, entry i is base + i. Ended by the caller, when nothing leads to it.
 */
struct tw_table *world_borrowed_leaf(struct world *world, uint32_t capacity, uint64_t base);
void world_borrowed_leaf_end(struct world *world, struct tw_table *leaf);

/* WORLD_PAGES: whoever looks at `table` between these two crashes. */
void world_forbid(struct world *world, const struct tw_table *table);
void world_allow(struct world *world, const struct tw_table *table);

/* Makes all tables writable until the next change: for tests that damage them. */
void world_lay_open(struct world *world);

/* From `keep` 1 to 0, retired tables stay readable, as for walks under way. */
void world_keep_retired(struct world *world, int keep);

/* A hash of the content and place of all tables: equal if nothing has changed. */
uint64_t world_fingerprint(const struct world *world);

/* Aborts unless refs of every table is the number of slots and holders that lead to it. */
void world_check_refs(const struct world *world, struct tw_table *const roots[],
                      unsigned root_count, struct tw_table *const held[], unsigned held_count);

/* Aborts unless every invariant holds under `root`. */
void world_verify(const struct world *world, const struct tw_table *root);

/* The unit's bits of an ID, and back. */
unsigned world_leaf_bits(const struct world *world);
tw_id world_id(const struct world *world, uint32_t unit, uint32_t index);

#endif
