/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * torture.c - readers on all cores walk, without a check or a lock, while one writer
 * maps, replaces, unmaps, swaps whole units, and creates, changes and drops views.
 *
 *   tablewalk-torture [SECONDS [GEOMETRY 0-2]]     default: 2, each geometry
 *
 * What every reader checks of every value:
 *   - it was valid at some time: it is the fault address, or has the ID that was
 *     walked for and a version that was handed out by now;
 *   - what was changed in a view only is never seen in the main root;
 *   - in the main root, versions of an ID never go back for one reader;
 *   - two entries that only ever change together are the same version when read
 *     through one leaf table: a swap is seen wholly or not at all;
 *   - retired tables, which are poisoned, are not reached after their grace period.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "grace.h"
#include "world.h"

enum {
    UNITS = 4,
    INDICES = 8,   /* ordinary IDs of each unit */
    PAIR_UNIT = 4, /* the unit whose entries change together only */
    PAIR = 2,
    VIEWS = 2,
    FREE_EVERY = 64, /* changes */
};

/* id: 32 bits, in a view only: 1 bit, version: 31 bits. */
#define IN_VIEW 0x80000000u

static uint64_t make_value(tw_id id, uint32_t in_view, uint32_t version)
{
    return (uint64_t)id << 32 | in_view | version;
}

static void require(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "torture: %s\n", what);
        abort();
    }
}

/* ---- shared between the writer and the readers ---- */

struct reader {
    struct grace_reader *grace;
    uint64_t walks; /* reader writes; read after it has ended */
    uint64_t seed;
    pthread_t thread;
} __attribute__((aligned(128)));

static struct tw_space space;
static uint64_t root_memory[2 + WORLD_ROOT_MAX]; /* a header and a few slots */
static struct tw_table *main_root;
static struct tw_table *published_views[VIEWS]; /* writer writes, readers read; may be null */
static uint32_t unit_number[UNITS + 1];
static uint32_t last_version;
static uint32_t stop;
static struct reader readers[GRACE_READERS];
static unsigned reader_count;

static tw_id id_of(unsigned u, unsigned i)
{
    return unit_number[u] << space.geometry.bits[space.geometry.levels - 1] | (i + 1);
}

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* ---- readers ---- */

static void check_value(uint64_t value, tw_id id, int in_main, uint32_t *seen)
{
    if (value == WORLD_FAULT)
        return;
    uint32_t version = (uint32_t)value & ~IN_VIEW;
    require(value >> 32 == id, "an entry of another ID, or no entry at all");
    require(version != 0 && version <= tw_load32_acquire(&last_version), "a version from nowhere");
    if (in_main) {
        require(!(value & IN_VIEW), "the main root shows a change of a view");
        require(version >= *seen, "the main root went back to an older version");
        *seen = version;
    }
}

/* A walk without its last level. Sometimes the writer then gets far ahead of it. */
static const uint64_t *walk_to_leaf(const struct tw_table *root, unsigned u, int dawdle)
{
    struct tw_geometry above = space.geometry;
    above.levels--;
    uint64_t leaf = tw_walk_unchecked((const uint64_t *)(root + 1), id_of(u, 0), above);
    if (dawdle)
        sched_yield();
    return (const uint64_t *)(uintptr_t)leaf;
}

static uint64_t read_entry(const struct tw_table *root, unsigned u, unsigned i, int dawdle)
{
    if (dawdle)
        return tw_load_consume(walk_to_leaf(root, u, dawdle) + i + 1);
    return tw_walk_unchecked((const uint64_t *)(root + 1), id_of(u, i), space.geometry);
}

static void read_pair(const struct tw_table *root, int dawdle)
{
    const uint64_t *leaf = walk_to_leaf(root, PAIR_UNIT, 0);
    uint32_t first = (uint32_t)tw_load_consume(&leaf[1]);
    if (dawdle)
        sched_yield();
    uint32_t second = (uint32_t)tw_load_consume(&leaf[2]);
    require(first == second, "one unit, read through one table, is of two versions");
}

static void *read_on(void *argument)
{
    struct reader *self = argument;
    uint32_t seen[UNITS][INDICES] = {{0}};

    while (!tw_load32_acquire(&stop)) {
        uint64_t random = next_random(&self->seed);
        unsigned u = random % UNITS, i = (random >> 8) % INDICES, v = (random >> 16) % (VIEWS + 2);
        grace_begin_walk(self->grace);
        const struct tw_table *view =
            v < VIEWS ? tw_load_pointer_acquire(&published_views[v]) : NULL;
        const struct tw_table *root = view ? view : main_root;
        int dawdle = (random >> 24) % 64 == 0;
        uint64_t value = read_entry(root, u, i, dawdle);
        check_value(value, id_of(u, i), root == main_root, &seen[u][i]);
        read_pair(root, dawdle);
        grace_end_walk(self->grace);
        self->walks++;
    }
    return NULL;
}

/* ---- the writer ---- */

struct writer {
    uint64_t seed;
    uint64_t changes;
    struct tw_table *views[VIEWS];
};

static uint32_t next_version(void)
{
    uint32_t version = last_version + 1;
    require(version < IN_VIEW, "out of versions");
    tw_store32_release(&last_version, version);
    return version;
}

static void change_entry(struct tw_table *root, uint32_t in_view, uint64_t random)
{
    tw_id id = id_of(random % UNITS, (random >> 8) % INDICES);
    uint64_t value = make_value(id, in_view, next_version());
    int error = tw_map(&space, root, id, value);
    if (error == TW_E_PRESENT)
        error = random & 0x10000 ? tw_replace(&space, root, id, value, NULL)
                                 : tw_unmap(&space, root, id, NULL);
    require(error == 0, tw_error_text(error));
}

/* Copies a unit, changes several of its entries, and swaps the copy in. */
static void change_unit(struct tw_table *root, unsigned u, uint32_t in_view, unsigned entries)
{
    struct tw_table *leaf, *old;
    uint32_t version = next_version();
    int error = tw_leaf_at(&space, root, unit_number[u], &leaf);
    if (!error)
        error = tw_leaf_copy(&space, leaf, &leaf);
    for (unsigned i = 0; i < entries && !error; i++)
        error = tw_leaf_set(&space, leaf, i + 1, make_value(id_of(u, i), in_view, version));
    if (!error)
        error = tw_swap(&space, root, unit_number[u], leaf, &old);
    if (!error)
        error = tw_leaf_release(&space, old);
    require(error == 0, tw_error_text(error));
}

static void drop_view(struct writer *writer, unsigned v)
{
    tw_store_pointer_release(&published_views[v], NULL);
    int error = tw_root_destroy(&space, writer->views[v]);
    require(error == 0, tw_error_text(error));
    writer->views[v] = NULL;
}

static void create_view(struct writer *writer, unsigned v)
{
    int error = tw_view_create(&space, main_root, &writer->views[v]);
    require(error == 0, tw_error_text(error));
    tw_store_pointer_release(&published_views[v], writer->views[v]);
}

static void change_something(struct writer *writer)
{
    uint64_t random = next_random(&writer->seed);
    unsigned choice = random % 16, v = (random >> 4) % VIEWS;
    struct tw_table *view = writer->views[v];

    random >>= 8;
    if (choice < 6)
        change_entry(main_root, 0, random);
    else if (choice < 8)
        change_unit(main_root, PAIR_UNIT, 0, PAIR);
    else if (choice < 9)
        change_unit(main_root, random % UNITS, 0, INDICES);
    else if (!view)
        create_view(writer, v);
    else if (choice < 12)
        change_entry(view, IN_VIEW, random);
    else if (choice < 14)
        change_unit(view, PAIR_UNIT, IN_VIEW, PAIR);
    else
        drop_view(writer, v);
    if (++writer->changes % FREE_EVERY == 0)
        grace_free();
}

/* ---- one run ---- */

/* Units that part at the root, at the levels below, and in the leaf's directory. */
static void build(struct tw_geometry geometry)
{
    struct tw_memory memory = {.alloc = grace_alloc, .retire = grace_retire};
    int error = tw_space_init(&space, geometry, &memory, WORLD_FAULT, 0);
    if (!error)
        error = tw_root_place(&space, memset(root_memory, 0, sizeof(root_memory)),
                              sizeof(root_memory), &main_root);
    unsigned below_root = TW_ID_BITS - geometry.bits[0] - geometry.bits[geometry.levels - 1];
    for (unsigned u = 0; u <= UNITS; u++)
        unit_number[u] = u % 2 ? u : (u + 2) << below_root;
    for (unsigned u = 0; u <= UNITS && !error; u++) {
        struct tw_table *leaf;
        error = tw_leaf_create(&space, INDICES + 1, &leaf);
        if (!error)
            error = tw_attach(&space, main_root, unit_number[u], leaf);
    }
    require(error == 0, tw_error_text(error));
    change_unit(main_root, PAIR_UNIT, 0, PAIR);
}

static void verify(struct writer *writer)
{
    struct tw_finding finding;
    require(tw_verify(&space, main_root, &finding) == 0, tw_invariant_text(finding.invariant));
    for (unsigned v = 0; v < VIEWS; v++)
        if (writer->views[v])
            require(tw_verify(&space, writer->views[v], &finding) == 0,
                    tw_invariant_text(finding.invariant));
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void start_readers(void)
{
    tw_store32_release(&stop, 0);
    for (unsigned r = 0; r < reader_count; r++) {
        readers[r] = (struct reader){.grace = grace_reader(r), .seed = r + 1};
        require(pthread_create(&readers[r].thread, NULL, read_on, &readers[r]) == 0, "no thread");
    }
}

static uint64_t stop_readers(void)
{
    uint64_t walks = 0;
    tw_store32_release(&stop, 1);
    for (unsigned r = 0; r < reader_count; r++) {
        pthread_join(readers[r].thread, NULL);
        require(readers[r].walks > 0, "a reader never got to read");
        walks += readers[r].walks;
    }
    return walks;
}

static void run(unsigned geometry, double seconds)
{
    struct writer writer = {.seed = 1000 + geometry};
    build(*world_geometries[geometry]);
    uint64_t freed = grace_freed();
    start_readers();
    for (double end = seconds_now() + seconds; seconds_now() < end;)
        for (unsigned n = 0; n < 256; n++)
            change_something(&writer);
    verify(&writer);
    uint64_t walks = stop_readers();
    for (unsigned v = 0; v < VIEWS; v++)
        if (writer.views[v])
            drop_view(&writer, v);
    require(tw_root_destroy(&space, main_root) == 0, "the root does not end");
    freed = grace_freed() - freed;
    require(freed > 0, "no table was freed while readers walked");
    require(grace_free() == 0, "tables are left over");
    printf("%-9s %u readers: %llu walks, %llu changes, %llu tables freed\n",
           world_geometry_names[geometry], reader_count, (unsigned long long)walks,
           (unsigned long long)writer.changes, (unsigned long long)freed);
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 2;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    reader_count = cores < 2 ? 2 : cores > GRACE_READERS ? GRACE_READERS : (unsigned)cores;
    for (unsigned g = 0; g < world_geometry_count; g++)
        if (argc < 3 || strtoul(argv[2], NULL, 0) == g)
            run(g, seconds);
    return 0;
}
