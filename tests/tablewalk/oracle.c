/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle.c - runs a sequence of operations and compares trees with flat arrays: every
 * entry after each step, and the soundness of whole trees every few steps.
 */
#include <string.h>

#include "oracle_model.h"

enum { CHECK_ALL_EVERY = 16 };

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
        uint64_t a = d->before ? oracle_entry(o, d->before, u, i) : 0;
        uint64_t b = oracle_entry(o, d->after, u, i);
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

static void check_diff(struct oracle *o)
{
    struct differences d = {.o = o, .before = oracle_any_root(o), .after = oracle_any_root(o)};
    REQUIRE(o, !tw_diff(o->space, d.before->table, d.after->table, expect_difference, &d), "diff");
    expect_difference(&d, 0, 0, 0);
}

static void check_iterate(struct oracle *o)
{
    struct differences d = {.o = o, .after = oracle_any_root(o)};
    REQUIRE(o, !tw_iterate(o->space, d.after->table, expect_entry, &d), "iterate");
    expect_difference(&d, 0, 0, 0);
}

static void check_entry(struct oracle *o, struct model_root *root, unsigned u, unsigned i)
{
    tw_id id = world_id(&o->world, o->unit[u], o->index[i]);
    uint64_t entry = 0, model = oracle_entry(o, root, u, i);
    int expected = oracle_expected(o, root, u, i);
    int error = tw_walk(o->space, root->table, id, &entry);

    if (!expected && !model)
        expected = TW_E_NOT_PRESENT;
    REQUIRE(o, error == expected && entry == model, "ID %u: %s, not: %s", id, tw_error_text(error),
            tw_error_text(expected));
    if (root->leaf[u].present && o->index[i] < root->leaf[u].capacity)
        REQUIRE(o,
                tw_walk_unchecked(tw_slots(root->table), id, o->space->geometry) ==
                    (model ? model : world_fault(o->index[i])),
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

static void check_all(struct oracle *o)
{
    check_diff(o);
    check_iterate(o);
    check_soundness(o);
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
            tw_slots(o->borrowed)[n] = world_fault(n);
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
    static struct oracle o;

    o = (struct oracle){.bytes = bytes, .left = count};
    begin(&o, kind, geometry);
    while (o.left > 0) {
        oracle_operate(&o);
        check_entries(&o);
        if (++o.step % CHECK_ALL_EVERY == 0)
            check_all(&o);
    }
    check_all(&o);
    end(&o);
}
