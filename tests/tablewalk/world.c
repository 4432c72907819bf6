/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world.c - memory and whole-tree checks for the tests of tablewalk.
 *
 * A check that fails aborts, so that it serves cmocka, libFuzzer and plain programs.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const struct tw_geometry *const world_geometries[] = {&tw_geometry_20_12, &tw_geometry_10_10_12,
                                                      &tw_geometry_8_8_8_8};
const char *const world_geometry_names[] = {"20+12", "10+10+12", "8+8+8+8"};
const unsigned world_geometry_count = 3;

#define REQUIRE(condition, ...)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* ---- memory ---- */

static struct region *find_region(struct world *world, const void *address)
{
    for (unsigned i = 0; i < WORLD_REGIONS; i++) {
        struct region *region = &world->regions[i];
        const uint8_t *at = address;
        if (region->memory && at >= region->memory && at < region->memory + region->bytes)
            return region;
    }
    return NULL;
}

static struct region *free_region(struct world *world)
{
    for (unsigned i = 0; i < WORLD_REGIONS; i++)
        if (!world->regions[i].memory)
            return &world->regions[i];
    REQUIRE(0, "the test needs more than %d regions", WORLD_REGIONS);
    return NULL;
}

/* Pages that end where the memory ends, so that reading or writing past it is a crash. */
static void map_region(struct region *region)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    region->mapped = (region->bytes + page - 1) / page * page;
    region->pages = mmap(NULL, region->mapped, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(region->pages != MAP_FAILED, "mmap of %zu bytes failed", region->mapped);
    region->memory = region->pages + region->mapped - region->bytes;
}

static void *take(struct world *world, size_t bytes)
{
    struct region *region = free_region(world);
    region->bytes = bytes;
    region->open = 1;
    if (world->kind == WORLD_PAGES)
        map_region(region);
    else
        region->memory = calloc(1, bytes);
    REQUIRE(region->memory, "calloc of %zu bytes failed", bytes);
    world->live++;
    return region->memory;
}

static void give_back(struct world *world, void *memory, size_t bytes)
{
    struct region *region = find_region(world, memory);
    REQUIRE(region && region->memory == memory && region->bytes == bytes,
            "retired memory was not allocated like this");
    if (world->kind == WORLD_PAGES)
        munmap(region->pages, region->mapped);
    else
        free(region->memory);
    memset(region, 0, sizeof(*region));
    world->live--;
}

/* Counts down to the failure that a test has ordered. */
static int fails_now(struct world *world, unsigned *countdown)
{
    if (*countdown == 0 || --*countdown > 0)
        return 0;
    world->failed++;
    return 1;
}

static void *alloc(void *context, size_t bytes)
{
    struct world *world = context;
    return fails_now(world, &world->fail_alloc) ? NULL : take(world, bytes);
}

static void retire(void *context, void *memory, size_t bytes)
{
    struct world *world = context;
    if (world->keep_retired)
        find_region(world, memory)->retired = 1;
    else
        give_back(world, memory, bytes);
}

void world_keep_retired(struct world *world, int keep)
{
    world->keep_retired = keep;
    for (unsigned i = 0; !keep && i < WORLD_REGIONS; i++)
        if (world->regions[i].retired)
            give_back(world, world->regions[i].memory, world->regions[i].bytes);
}

/* No page more than was asked for: what lies on the next one stays read-only. */
static void open_pages(const void *address, size_t bytes)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = (uintptr_t)address & ~(page - 1);
    uintptr_t end = ((uintptr_t)address + bytes + page - 1) & ~(page - 1);
    mprotect((void *)first, end - first, PROT_READ | PROT_WRITE);
}

static int open_memory(void *context, void *address, size_t bytes)
{
    struct world *world = context;
    struct region *region = find_region(world, address);
    REQUIRE(region && (uint8_t *)address + bytes <= region->memory + region->bytes,
            "opened memory belongs to no table");
    if (fails_now(world, &world->fail_open))
        return -1;
    if (world->kind == WORLD_PAGES)
        open_pages(address, bytes);
    region->open = 1;
    return 0;
}

static void seal(void *context)
{
    struct world *world = context;
    for (unsigned i = 0; i < WORLD_REGIONS; i++) {
        struct region *region = &world->regions[i];
        if (region->open && world->kind == WORLD_PAGES)
            mprotect(region->pages, region->mapped, PROT_READ);
        region->open = 0;
    }
}

/* ---- worlds ---- */

void world_init(struct world *world, enum world_kind kind, struct tw_geometry geometry)
{
    struct tw_memory memory = {alloc, retire, open_memory, seal, world};
    memset(world, 0, sizeof(*world));
    world->kind = kind;
    int error = tw_space_init(&world->space, geometry, &memory, WORLD_FAULT, WORLD_FAULT_STEP);
    REQUIRE(error == 0, "tw_space_init: %s", tw_error_text(error));
}

void world_check_empty(const struct world *world)
{
    REQUIRE(world->live == 0, "%u tables are left over", world->live);
}

struct tw_table *world_root(struct world *world)
{
    struct tw_table *root;
    size_t bytes = tw_table_bytes(WORLD_ROOT_MAX);
    int error = tw_root_place(&world->space, take(world, bytes), bytes, &root);
    REQUIRE(error == 0, "tw_root_place: %s", tw_error_text(error));
    seal(world);
    return root;
}

void world_root_end(struct world *world, struct tw_table *root)
{
    int placed = root->flags & TW_TABLE_BORROWED;
    int error = tw_root_destroy(&world->space, root);
    REQUIRE(error == 0, "tw_root_destroy: %s", tw_error_text(error));
    if (placed)
        give_back(world, root, tw_table_bytes(root->capacity));
}

struct tw_table *world_borrowed_leaf(struct world *world, uint32_t capacity, uint64_t base)
{
    struct tw_table *leaf = take(world, tw_table_bytes(capacity));
    leaf->capacity = leaf->used = capacity;
    leaf->refs = 1;
    leaf->flags = TW_TABLE_BORROWED;
    for (uint32_t i = 0; i < capacity; i++)
        tw_slots(leaf)[i] = base + i;
    seal(world);
    return leaf;
}

void world_borrowed_leaf_end(struct world *world, struct tw_table *leaf)
{
    give_back(world, leaf, tw_table_bytes(leaf->capacity));
}

static void protect(struct world *world, const struct tw_table *table, int protection)
{
    struct region *region = find_region(world, table);
    REQUIRE(region && world->kind == WORLD_PAGES, "no table in pages of its own");
    mprotect(region->pages, region->mapped, protection);
}

void world_forbid(struct world *world, const struct tw_table *table)
{
    protect(world, table, PROT_NONE);
}

void world_allow(struct world *world, const struct tw_table *table)
{
    protect(world, table, PROT_READ);
}

void world_lay_open(struct world *world)
{
    for (unsigned i = 0; i < WORLD_REGIONS; i++)
        if (world->regions[i].memory)
            open_memory(world, world->regions[i].memory, world->regions[i].bytes);
}

/* ---- checks of whole trees ---- */

/* FNV-1a over 64-bit words; tables consist of them. */
uint64_t world_fingerprint(const struct world *world)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (unsigned i = 0; i < WORLD_REGIONS; i++) {
        const struct region *region = &world->regions[i];
        const uint64_t *words = (const uint64_t *)(const void *)region->memory;
        hash = (hash ^ (uintptr_t)words) * 0x100000001b3u;
        for (size_t n = 0; n < region->bytes / sizeof(*words); n++)
            hash = (hash ^ words[n]) * 0x100000001b3u;
    }
    return hash;
}

struct census {
    const struct tw_table *table[WORLD_REGIONS];
    uint32_t references[WORLD_REGIONS];
    unsigned count;
};

/* Returns whether the table is met for the first time. */
static int meet(struct census *census, const struct tw_table *table)
{
    unsigned i = 0;
    while (i < census->count && census->table[i] != table)
        i++;
    if (i == census->count) {
        REQUIRE(i < WORLD_REGIONS, "too many tables for the census");
        census->table[census->count++] = table;
    }
    return census->references[i]++ == 0;
}

static void count_from(struct census *census, struct tw_table *table)
{
    if (!meet(census, table) || table->level == 0)
        return;
    for (uint32_t i = 0; i < table->used; i++) {
        uint64_t value = tw_slots(table)[i];
        if (value)
            count_from(census, tw_header((uint64_t *)(uintptr_t)value));
    }
}

void world_check_refs(const struct world *world, struct tw_table *const roots[],
                      unsigned root_count, struct tw_table *const held[], unsigned held_count)
{
    struct census census = {.count = 0};
    for (unsigned i = 0; i < root_count; i++)
        count_from(&census, roots[i]);
    for (unsigned i = 0; i < held_count; i++)
        count_from(&census, held[i]);
    for (unsigned i = 0; i < census.count; i++)
        REQUIRE(census.table[i]->refs == census.references[i],
                "a table at level %u has refs %u, but %u lead to it", census.table[i]->level,
                census.table[i]->refs, census.references[i]);
    REQUIRE(census.count == world->live, "%u tables live, %u can be reached", world->live,
            census.count);
}

void world_verify(const struct world *world, const struct tw_table *root)
{
    struct tw_finding finding;
    int error = tw_verify(&world->space, root, &finding);
    REQUIRE(error == 0, "invariant %u: %s (index %u, first ID %u)", finding.invariant,
            tw_invariant_text(finding.invariant), finding.index, finding.first);
}

unsigned world_leaf_bits(const struct world *world)
{
    return world->space.geometry.bits[world->space.geometry.levels - 1];
}

tw_id world_id(const struct world *world, uint32_t unit, uint32_t index)
{
    return unit << world_leaf_bits(world) | index;
}
