/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle.c - flat arrays as the oracle for trees.
 *
 * The IDs in play are a few indices in a few units, chosen so that paths part at
 * every level and two of them do not exist. A root of the model is a plain array of
 * their entries, and a view is a copy of that array: no sharing, nothing clever.
 * Only a borrowed leaf table has one content for all that lead to it.
 */
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 6, INDICES = 5, ROOTS = 4, HELD = 4, SOUND_EVERY = 16 };

struct model_leaf {
    int present; /* in its unit, or in the hand of the holder */
    int borrowed;
    uint32_t capacity;
    uint64_t entry[INDICES]; /* 0: not present; unused if borrowed */
};

struct model_root {
    struct tw_table *table; /* null: there is none */
    struct model_leaf leaf[UNITS];
};

struct model_held {
    struct tw_table *table; /* null: nothing held */
    struct model_leaf leaf;
};

struct oracle {
    struct world world;
    const struct tw_space *space;
    uint32_t unit[UNITS]; /* ascending; the last one is beyond the root */
    uint32_t index[INDICES];
    struct model_root root[ROOTS];
    struct model_held held[HELD];
    struct tw_table *borrowed; /* one more holder: the image that it lies in */
    uint64_t borrowed_entry[INDICES];
    const uint8_t *bytes;
    size_t left;
    size_t step;
};

#define REQUIRE(o, condition, ...)                                                                 \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "step %zu: ", (o)->step);                                              \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static uint8_t next(struct oracle *o)
{
    if (o->left == 0)
        return 0;
    o->left--;
    return *o->bytes++;
}

/* ---- the model ---- */

static uint64_t *entries(struct oracle *o, struct model_leaf *leaf)
{
    return leaf->borrowed ? o->borrowed_entry : leaf->entry;
}

static uint64_t entry_of(struct oracle *o, struct model_root *root, unsigned u, unsigned i)
{
    struct model_leaf *leaf = &root->leaf[u];
    if (!leaf->present || o->index[i] >= leaf->capacity)
        return 0;
    return entries(o, leaf)[i];
}

/* What a function must say about an ID before it looks at the entry. */
static int expected_for_id(struct oracle *o, struct model_root *root, unsigned u, unsigned i)
{
    if (o->unit[u] == 0 && o->index[i] == 0)
        return TW_E_ID_ZERO;
    if (u == UNITS - 1)
        return TW_E_RANGE;
    if (root->leaf[u].present && o->index[i] >= root->leaf[u].capacity)
        return TW_E_RANGE;
    return 0;
}

/*
 * Whether the operation was done. It must have returned what the model expects, or
 * have failed as ordered: then nothing may have changed, which the next checks see.
 */
static int was_done(struct oracle *o, int error, int expected)
{
    unsigned failed = o->world.failed;
    o->world.failed = 0;
    if (failed && (error == TW_E_MEMORY || error == TW_E_PROTECTED))
        return 0;
    REQUIRE(o, error == expected, "%s, not: %s", tw_error_text(error), tw_error_text(expected));
    return error == 0;
}

/* ---- choices ---- */

static struct model_root *any_root(struct oracle *o)
{
    unsigned r = next(o) % ROOTS;
    while (!o->root[r].table)
        r = (r + 1) % ROOTS;
    return &o->root[r];
}

static struct model_held *any_held(struct oracle *o, int in_use)
{
    unsigned first = next(o) % HELD;
    for (unsigned n = 0; n < HELD; n++) {
        struct model_held *held = &o->held[(first + n) % HELD];
        if (!held->table == !in_use)
            return held;
    }
    return NULL;
}

/* Mostly a fresh address, sometimes one that is none. */
static uint64_t any_address(struct oracle *o)
{
    uint8_t byte = next(o);
    if (byte == 0)
        return 0;
    return byte == 1 ? WORLD_FAULT : 0x1000000 + o->step * 256 + byte;
}

static int is_address(uint64_t address)
{
    return address != 0 && address != WORLD_FAULT;
}

/* ---- operations on entries ---- */

static void set_entry(struct oracle *o, struct model_root *root, unsigned u, unsigned i,
                      uint64_t address)
{
    struct model_leaf *leaf = &root->leaf[u];
    if (!leaf->present)
        *leaf = (struct model_leaf){.present = 1, .capacity = tw_full_capacity(o->space, 0)};
    entries(o, leaf)[i] = address;
}

static void map(struct oracle *o)
{
    struct model_root *root = any_root(o);
    unsigned u = next(o) % UNITS, i = next(o) % INDICES;
    uint64_t address = any_address(o);
    int expected = is_address(address) ? expected_for_id(o, root, u, i) : TW_E_ADDRESS;

    if (!expected && entry_of(o, root, u, i))
        expected = TW_E_PRESENT;
    tw_id id = world_id(&o->world, o->unit[u], o->index[i]);
    if (was_done(o, tw_map(o->space, root->table, id, address), expected))
        set_entry(o, root, u, i, address);
}

static void replace_or_unmap(struct oracle *o, int unmap)
{
    struct model_root *root = any_root(o);
    unsigned u = next(o) % UNITS, i = next(o) % INDICES;
    uint64_t address = unmap ? 0 : any_address(o), old = 0;
    tw_id id = world_id(&o->world, o->unit[u], o->index[i]);
    int error = unmap ? tw_unmap(o->space, root->table, id, &old)
                      : tw_replace(o->space, root->table, id, address, &old);
    int expected = unmap || is_address(address) ? expected_for_id(o, root, u, i) : TW_E_ADDRESS;

    if (!expected && !entry_of(o, root, u, i))
        expected = TW_E_NOT_PRESENT;
    if (was_done(o, error, expected)) {
        REQUIRE(o, old == entry_of(o, root, u, i), "the old entry is wrong");
        set_entry(o, root, u, i, address);
    }
}

static void replace(struct oracle *o)
{
    replace_or_unmap(o, 0);
}

static void unmap(struct oracle *o)
{
    replace_or_unmap(o, 1);
}

/* ---- operations on leaf tables ---- */

static void leaf_create(struct oracle *o)
{
    uint32_t full = tw_full_capacity(o->space, 0);
    const uint32_t capacities[] = {0, 1, 3, 8, full, full + 1};
    struct model_held *held = any_held(o, 0);
    uint32_t capacity = capacities[next(o) % 6];
    int expected = capacity == 0 || capacity > full ? TW_E_RANGE : 0;
    struct tw_table *table = NULL;

    if (held && was_done(o, tw_leaf_create(o->space, capacity, &table), expected))
        *held = (struct model_held){table, {.present = 1, .capacity = capacity}};
}

static void leaf_copy(struct oracle *o)
{
    struct model_held *held = any_held(o, 0);
    struct model_root *root = any_root(o);
    unsigned u = next(o) % (UNITS - 1);
    struct tw_table *table = NULL;
    int error = tw_leaf_at(o->space, root->table, o->unit[u], &table);

    REQUIRE(o, error == (root->leaf[u].present ? 0 : TW_E_NOT_PRESENT), "tw_leaf_at");
    if (error || !held || !was_done(o, tw_leaf_copy(o->space, table, &table), 0))
        return;
    *held = (struct model_held){table, root->leaf[u]};
    memcpy(held->leaf.entry, entries(o, &root->leaf[u]), sizeof(held->leaf.entry));
    held->leaf.borrowed = 0;
}

static void leaf_set(struct oracle *o)
{
    struct model_held *held = any_held(o, 1);
    unsigned i = next(o) % INDICES;
    uint64_t address = any_address(o);
    if (!held)
        return;
    int expected = address ? 0 : TW_E_ADDRESS;
    if (o->index[i] >= held->leaf.capacity)
        expected = TW_E_RANGE;
    if (held->table->refs > 1 || held->table->flags & TW_TABLE_FROZEN)
        expected = TW_E_SHARED;
    if (was_done(o, tw_leaf_set(o->space, held->table, o->index[i], address), expected))
        entries(o, &held->leaf)[i] = is_address(address) ? address : 0;
}

static void leaf_release(struct oracle *o)
{
    struct model_held *held = any_held(o, 1);
    if (held && was_done(o, tw_leaf_release(o->space, held->table), 0))
        held->table = NULL;
}

static int expected_for_leaf(struct oracle *o, unsigned u, struct model_held *held)
{
    if (o->unit[u] == 0 && entries(o, &held->leaf)[0])
        return TW_E_ID_ZERO;
    return u == UNITS - 1 ? TW_E_RANGE : 0;
}

static void attach(struct oracle *o)
{
    struct model_root *root = any_root(o);
    struct model_held *held = any_held(o, 1);
    unsigned u = next(o) % UNITS;
    if (!held)
        return;
    int expected = expected_for_leaf(o, u, held);
    if (!expected && root->leaf[u].present)
        expected = TW_E_PRESENT;
    if (was_done(o, tw_attach(o->space, root->table, o->unit[u], held->table), expected)) {
        root->leaf[u] = held->leaf;
        held->table = NULL;
    }
}

static void swap(struct oracle *o)
{
    struct model_root *root = any_root(o);
    struct model_held *held = any_held(o, 1);
    unsigned u = next(o) % UNITS;
    struct tw_table *old;
    if (!held)
        return;
    int expected = expected_for_leaf(o, u, held);
    if (!expected && !root->leaf[u].present)
        expected = TW_E_NOT_PRESENT;
    if (was_done(o, tw_swap(o->space, root->table, o->unit[u], held->table, &old), expected)) {
        struct model_leaf leaf = root->leaf[u];
        root->leaf[u] = held->leaf;
        *held = (struct model_held){old, leaf};
    }
}

static void detach(struct oracle *o)
{
    struct model_root *root = any_root(o);
    struct model_held *held = any_held(o, 0);
    unsigned u = next(o) % UNITS;
    struct tw_table *old;
    if (!held)
        return;
    int expected = u == UNITS - 1 ? TW_E_RANGE : root->leaf[u].present ? 0 : TW_E_NOT_PRESENT;
    if (was_done(o, tw_detach(o->space, root->table, o->unit[u], &old), expected)) {
        *held = (struct model_held){old, root->leaf[u]};
        root->leaf[u].present = 0;
    }
}

/* ---- operations on roots ---- */

static void view_create(struct oracle *o)
{
    struct model_root *root = any_root(o), *view = NULL;
    struct tw_table *table;
    for (unsigned r = 0; r < ROOTS; r++)
        if (!o->root[r].table)
            view = &o->root[r];
    if (view && was_done(o, tw_view_create(o->space, root->table, &table), 0)) {
        *view = *root;
        view->table = table;
    }
}

/* Root 0 is the placed one, and stays. */
static void view_destroy(struct oracle *o)
{
    struct model_root *root = any_root(o);
    if (root != &o->root[0] && was_done(o, tw_root_destroy(o->space, root->table), 0))
        root->table = NULL;
}

static void order_failure(struct oracle *o)
{
    unsigned n = next(o);
    if (n & 1)
        o->world.fail_alloc = 1 + (n >> 1) % 4;
    else
        o->world.fail_open = 1 + (n >> 1) % 8;
}

/* ---- checks ---- */

struct differences {
    struct oracle *o;
    struct model_root *before, *after;
    unsigned at; /* the next place of the model to look at: unit, then index */
};

/* The next place where the models differ must be the one that the callback is told. */
static int expect_difference(void *context, tw_id id, uint64_t before, uint64_t after)
{
    struct differences *d = context;
    struct oracle *o = d->o;
    for (; d->at < UNITS * INDICES; d->at++) {
        unsigned u = d->at / INDICES, i = d->at % INDICES;
        uint64_t a = d->before ? entry_of(o, d->before, u, i) : 0;
        uint64_t b = entry_of(o, d->after, u, i);
        if (a == b)
            continue;
        d->at++;
        REQUIRE(o, id == world_id(&o->world, o->unit[u], o->index[i]), "difference at ID %u", id);
        REQUIRE(o, a == before && b == after, "the difference at ID %u is another one", id);
        return 0;
    }
    REQUIRE(o, id == 0 && before == after, "a difference too many, at ID %u", id);
    return 0;
}

static int expect_entry(void *context, tw_id id, uint64_t entry)
{
    return expect_difference(context, id, 0, entry);
}

static void diff(struct oracle *o)
{
    struct differences d = {.o = o, .before = any_root(o), .after = any_root(o)};
    REQUIRE(o, !tw_diff(o->space, d.before->table, d.after->table, expect_difference, &d), "diff");
    expect_difference(&d, 0, 0, 0);
}

static void iterate(struct oracle *o)
{
    struct differences d = {.o = o, .after = any_root(o)};
    REQUIRE(o, !tw_iterate(o->space, d.after->table, expect_entry, &d), "iterate");
    expect_difference(&d, 0, 0, 0);
}

static void check_entry(struct oracle *o, struct model_root *root, unsigned u, unsigned i)
{
    tw_id id = world_id(&o->world, o->unit[u], o->index[i]);
    uint64_t entry = 0, model = entry_of(o, root, u, i);
    int expected = expected_for_id(o, root, u, i);
    int error = tw_walk(o->space, root->table, id, &entry);

    if (!expected && !model)
        expected = TW_E_NOT_PRESENT;
    REQUIRE(o, error == expected && entry == model, "ID %u: %s, not: %s", id, tw_error_text(error),
            tw_error_text(expected));
    if (root->leaf[u].present && o->index[i] < root->leaf[u].capacity)
        REQUIRE(o,
                tw_walk_unchecked(tw_slots(root->table), id, o->space->geometry) ==
                    (model ? model : WORLD_FAULT),
                "ID %u: the unchecked walk ends elsewhere", id);
}

static void check_entries(struct oracle *o)
{
    for (unsigned r = 0; r < ROOTS; r++)
        for (unsigned at = 0; o->root[r].table && at < UNITS * INDICES; at++)
            check_entry(o, &o->root[r], at / INDICES, at % INDICES);
}

static void check_soundness(struct oracle *o)
{
    struct tw_table *roots[ROOTS], *held[HELD + 1] = {o->borrowed};
    unsigned root_count = 0, held_count = 1;
    for (unsigned r = 0; r < ROOTS; r++)
        if (o->root[r].table)
            world_verify(&o->world, roots[root_count++] = o->root[r].table);
    for (unsigned h = 0; h < HELD; h++)
        if (o->held[h].table)
            held[held_count++] = o->held[h].table;
    world_check_refs(&o->world, roots, root_count, held, held_count);
}

/* ---- runs ---- */

static void begin(struct oracle *o, enum world_kind kind, struct tw_geometry geometry)
{
    world_init(&o->world, kind, geometry);
    o->space = &o->world.space;
    unsigned leaf = world_leaf_bits(&o->world), top = TW_ID_BITS - geometry.bits[0] - leaf;
    const uint32_t units[UNITS] = {
        0, 1, top ? (1u << top) - 1 : 2, top ? 1u << top : 5, 63u << top, 64u << top};
    const uint32_t indices[INDICES] = {0, 1, 2, 7, (1u << leaf) - 1};
    memcpy(o->unit, units, sizeof(units));
    memcpy(o->index, indices, sizeof(indices));

    o->root[0].table = world_root(&o->world);
    o->borrowed = world_borrowed_leaf(&o->world, 8, 0x500000);
    world_lay_open(&o->world);
    o->borrowed->refs = 2; /* the image stays a holder to the end */
    for (unsigned i = 0; i < INDICES && indices[i] < 8; i++)
        o->borrowed_entry[i] = 0x500000 + indices[i];
    /* Only the indices in play are present, so that the models need no others. */
    for (unsigned n = 0; n < 8; n++)
        if (n > 2 && n != 7)
            tw_slots(o->borrowed)[n] = WORLD_FAULT;
    o->held[0] = (struct model_held){o->borrowed, {.present = 1, .borrowed = 1, .capacity = 8}};
}

static void end(struct oracle *o)
{
    o->world.fail_alloc = o->world.fail_open = 0;
    for (unsigned h = 0; h < HELD; h++)
        if (o->held[h].table)
            REQUIRE(o, !tw_leaf_release(o->space, o->held[h].table), "tw_leaf_release");
    for (unsigned r = 0; r < ROOTS; r++)
        if (o->root[r].table)
            world_root_end(&o->world, o->root[r].table);
    REQUIRE(o, o->borrowed->refs == 1, "the borrowed table is left with a reference");
    world_borrowed_leaf_end(&o->world, o->borrowed);
    world_check_empty(&o->world);
}

void oracle_run(enum world_kind kind, struct tw_geometry geometry, const uint8_t *bytes,
                size_t count)
{
    static void (*const operations[])(struct oracle *) = {
        map,         map,         map,          replace,       replace, unmap,
        leaf_create, leaf_copy,   leaf_set,     leaf_release,  attach,  swap,
        detach,      view_create, view_destroy, order_failure, diff,    iterate};
    static struct oracle o;

    o = (struct oracle){.bytes = bytes, .left = count};
    begin(&o, kind, geometry);
    while (o.left > 0) {
        operations[next(&o) % (sizeof(operations) / sizeof(operations[0]))](&o);
        check_entries(&o);
        if (++o.step % SOUND_EVERY == 0)
            check_soundness(&o);
    }
    check_soundness(&o);
    end(&o);
}
