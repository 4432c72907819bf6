/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_operations.c - each change, done to the trees and to the flat arrays, with
 * the error that the arrays say it must return.
 */
#include <string.h>

#include "oracle_model.h"

/* ---- the model ---- */

uint64_t *oracle_entries(struct oracle *o, struct model_leaf *leaf)
{
    return leaf->borrowed ? o->borrowed_entry : leaf->entry;
}

uint64_t oracle_entry(struct oracle *o, struct model_root *root, unsigned u, unsigned i)
{
    struct model_leaf *leaf = &root->leaf[u];
    if (!leaf->present || o->index[i] >= leaf->capacity)
        return 0;
    return oracle_entries(o, leaf)[i];
}

int oracle_expected(struct oracle *o, struct model_root *root, unsigned u, unsigned i)
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

struct model_root *oracle_any_root(struct oracle *o)
{
    unsigned r = oracle_next(o) % ROOTS;
    while (!o->root[r].table)
        r = (r + 1) % ROOTS;
    return &o->root[r];
}

static struct model_held *any_held(struct oracle *o, int in_use)
{
    unsigned first = oracle_next(o) % HELD;
    for (unsigned n = 0; n < HELD; n++) {
        struct model_held *held = &o->held[(first + n) % HELD];
        if (!held->table == !in_use)
            return held;
    }
    return NULL;
}

/* For index i: mostly a fresh address, sometimes one that is none. */
static uint64_t any_address(struct oracle *o, unsigned i)
{
    uint8_t byte = oracle_next(o);
    if (byte == 0)
        return 0;
    return byte == 1 ? world_fault(o->index[i]) : 0x1000000 + o->step * 256 + byte;
}

static int is_address(const struct oracle *o, unsigned i, uint64_t address)
{
    return address != 0 && address != world_fault(o->index[i]);
}

/* ---- operations on entries ---- */

static void set_entry(struct oracle *o, struct model_root *root, unsigned u, unsigned i,
                      uint64_t address)
{
    struct model_leaf *leaf = &root->leaf[u];
    if (!leaf->present)
        *leaf = (struct model_leaf){.present = 1, .capacity = tw_full_capacity(o->space, 0)};
    oracle_entries(o, leaf)[i] = address;
}

static void map(struct oracle *o)
{
    struct model_root *root = oracle_any_root(o);
    unsigned u = oracle_next(o) % UNITS, i = oracle_next(o) % INDICES;
    uint64_t address = any_address(o, i);
    int expected = is_address(o, i, address) ? oracle_expected(o, root, u, i) : TW_E_ADDRESS;

    if (!expected && oracle_entry(o, root, u, i))
        expected = TW_E_PRESENT;
    tw_id id = world_id(&o->world, o->unit[u], o->index[i]);
    if (was_done(o, tw_map(o->space, root->table, id, address), expected))
        set_entry(o, root, u, i, address);
}

static void replace_or_unmap(struct oracle *o, int unmap)
{
    struct model_root *root = oracle_any_root(o);
    unsigned u = oracle_next(o) % UNITS, i = oracle_next(o) % INDICES;
    uint64_t address = unmap ? 0 : any_address(o, i), old = 0;
    tw_id id = world_id(&o->world, o->unit[u], o->index[i]);
    int error = unmap ? tw_unmap(o->space, root->table, id, &old)
                      : tw_replace(o->space, root->table, id, address, &old);
    int expected =
        unmap || is_address(o, i, address) ? oracle_expected(o, root, u, i) : TW_E_ADDRESS;

    if (!expected && !oracle_entry(o, root, u, i))
        expected = TW_E_NOT_PRESENT;
    if (was_done(o, error, expected)) {
        REQUIRE(o, old == oracle_entry(o, root, u, i), "the old entry is wrong");
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
    uint32_t capacity = capacities[oracle_next(o) % 6];
    int expected = capacity == 0 || capacity > full ? TW_E_RANGE : 0;
    struct tw_table *table = NULL;

    if (held && was_done(o, tw_leaf_create(o->space, capacity, &table), expected))
        *held = (struct model_held){table, {.present = 1, .capacity = capacity}};
}

static void leaf_copy(struct oracle *o)
{
    struct model_held *held = any_held(o, 0);
    struct model_root *root = oracle_any_root(o);
    unsigned u = oracle_next(o) % (UNITS - 1);
    struct tw_table *table = NULL;
    int error = tw_leaf_at(o->space, root->table, o->unit[u], &table);

    REQUIRE(o, error == (root->leaf[u].present ? 0 : TW_E_NOT_PRESENT), "tw_leaf_at");
    if (error || !held || !was_done(o, tw_leaf_copy(o->space, table, &table), 0))
        return;
    *held = (struct model_held){table, root->leaf[u]};
    memcpy(held->leaf.entry, oracle_entries(o, &root->leaf[u]), sizeof(held->leaf.entry));
    held->leaf.borrowed = 0;
}

static void leaf_set(struct oracle *o)
{
    struct model_held *held = any_held(o, 1);
    unsigned i = oracle_next(o) % INDICES;
    uint64_t address = any_address(o, i);
    if (!held)
        return;
    int expected = address ? 0 : TW_E_ADDRESS;
    if (o->index[i] >= held->leaf.capacity)
        expected = TW_E_RANGE;
    if (held->table->refs > 1 || held->table->flags & TW_TABLE_FROZEN)
        expected = TW_E_SHARED;
    if (was_done(o, tw_leaf_set(o->space, held->table, o->index[i], address), expected))
        oracle_entries(o, &held->leaf)[i] = is_address(o, i, address) ? address : 0;
}

static void leaf_release(struct oracle *o)
{
    struct model_held *held = any_held(o, 1);
    if (held && was_done(o, tw_leaf_release(o->space, held->table), 0))
        held->table = NULL;
}

static int expected_for_leaf(struct oracle *o, unsigned u, struct model_held *held)
{
    if (o->unit[u] == 0 && oracle_entries(o, &held->leaf)[0])
        return TW_E_ID_ZERO;
    return u == UNITS - 1 ? TW_E_RANGE : 0;
}

static void attach(struct oracle *o)
{
    struct model_root *root = oracle_any_root(o);
    struct model_held *held = any_held(o, 1);
    unsigned u = oracle_next(o) % UNITS;
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
    struct model_root *root = oracle_any_root(o);
    struct model_held *held = any_held(o, 1);
    unsigned u = oracle_next(o) % UNITS;
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
    struct model_root *root = oracle_any_root(o);
    struct model_held *held = any_held(o, 0);
    unsigned u = oracle_next(o) % UNITS;
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
    struct model_root *root = oracle_any_root(o), *view = NULL;
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
    struct model_root *root = oracle_any_root(o);
    if (root != &o->root[0] && was_done(o, tw_root_destroy(o->space, root->table), 0))
        root->table = NULL;
}

static void order_failure(struct oracle *o)
{
    unsigned n = oracle_next(o);
    if (n & 1)
        o->world.fail_alloc = 1 + (n >> 1) % 4;
    else
        o->world.fail_open = 1 + (n >> 1) % 8;
}

void oracle_operate(struct oracle *o)
{
    static void (*const operations[])(struct oracle *) = {
        map,      map,          map,    replace, replace, unmap,       leaf_create,  leaf_copy,
        leaf_set, leaf_release, attach, swap,    detach,  view_create, view_destroy, order_failure};
    operations[oracle_next(o) % (sizeof(operations) / sizeof(operations[0]))](o);
}
