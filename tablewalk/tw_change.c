/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_change.c - one slot of a tree gets another value: an entry (map, replace,
 * unmap) or the directory slot of a leaf table (attach, swap, detach).
 *
 * Each change goes locate -> judge -> prepare -> commit. Everything that can fail
 * happens before commit; commit cannot fail and ends in one store that readers
 * see. Runs under the caller's lock.
 */
#include "tw_table.h"

/*
 * A change of the slot for `id` at level `target`.
 *
 * origin[level] is the path as it is, null where nothing is. From `top` upwards it
 * belongs to this tree alone and is changed in place, by the one store to a slot of
 * origin[top]. Below, fresh[target] to fresh[top - 1] take the path's place.
 */
struct change {
    const struct tw_space *space;
    tw_id id;
    unsigned target;
    unsigned top;
    struct tw_table *origin[TW_LEVELS_MAX];
    struct tw_table *fresh[TW_LEVELS_MAX];
    uint64_t old; /* what the slot holds now, or what an empty one would */
};

static uint64_t empty_target(const struct change *change)
{
    uint32_t index = tw_level_index(change->space, change->id, change->target);
    return tw_empty(change->space, change->target, index);
}

/*
 * Invariant: `table` is the one on the path at `level`, or null, and `own` says that
 * neither another tree leads to any table above it, nor a walk that began in one. A
 * table with one reference under a shared directory is shared as well.
 */
static int locate(struct change *change, struct tw_table *root)
{
    struct tw_table *table = root;
    bool own = true;

    for (unsigned level = root->level;; level--) {
        uint32_t index = tw_level_index(change->space, change->id, level);
        change->origin[level] = table;
        own = own && table && tw_is_exclusive(table);
        if (table && (own || level == root->level || tw_is_borrowed(table)))
            change->top = level;
        if (table && index >= table->capacity)
            return TW_E_RANGE;
        if (level == change->target) {
            change->old = table ? tw_load_relaxed(tw_slot(table, index)) : empty_target(change);
            return 0;
        }
        table = table ? tw_child(table, index) : NULL;
    }
}

static bool is_present(const struct change *change)
{
    return change->old != empty_target(change);
}

static void drop_fresh(struct change *change)
{
    for (unsigned level = change->target; level < change->top; level++)
        if (change->fresh[level])
            tw_table_retire(change->space, change->fresh[level]);
}

static int create_fresh(struct change *change)
{
    int error = 0;
    for (unsigned level = change->target; level < change->top && !error; level++) {
        const struct tw_table *origin = change->origin[level];
        uint32_t capacity = origin ? origin->capacity : tw_full_capacity(change->space, level);
        error = tw_table_create(change->space, level, capacity, &change->fresh[level]);
    }
    return error;
}

/* Opens all that commit writes in tables that exist. */
static int open_path(struct change *change)
{
    const struct tw_space *space = change->space;
    unsigned top = change->top;
    int error = tw_open_slot(space, change->origin[top], tw_level_index(space, change->id, top));

    for (unsigned level = change->target; level < top && !error; level++) {
        struct tw_table *origin = change->origin[level];
        if (origin)
            error = tw_open_header(space, origin);
        if (origin && level > 0 && !error)
            error = tw_open_children(space, origin);
    }
    return error;
}

static int prepare(struct change *change)
{
    int error = create_fresh(change);
    if (!error)
        error = open_path(change);
    if (error)
        drop_fresh(change);
    return error;
}

/*
 * Builds the fresh part of the path from below, then links it with the last store
 * of the loop and gives up the part that it replaces.
 *
 * References: a copied directory has taken one more of all its children. The one
 * on the path is given back when the fresh child takes its slot.
 *
 * Order: that store is a release: what a reader finds by following it (slots and
 * headers of fresh tables, the code at `value`) was written before. The other half
 * is the consume load in tw_walk_unchecked and tw_child.
 */
static void commit(struct change *change, uint64_t value)
{
    const struct tw_space *space = change->space;

    for (unsigned level = change->target; level <= change->top; level++) {
        struct tw_table *table = change->origin[level];
        if (level < change->top) {
            table = change->fresh[level];
            tw_table_fill(space, table, change->origin[level]);
        }
        if (level > change->target && level < change->top && change->origin[level - 1])
            change->origin[level - 1]->refs--;
        tw_table_set(space, table, tw_level_index(space, change->id, level), value);
        value = tw_link_to(table);
    }
    if (change->top > change->target && change->origin[change->top - 1])
        tw_table_drop(space, change->origin[change->top - 1]);
}

enum expected { ABSENT, PRESENT };

static int judge(const struct change *change, enum expected expected)
{
    if (expected == ABSENT)
        return is_present(change) ? TW_E_PRESENT : 0;
    return is_present(change) ? 0 : TW_E_NOT_PRESENT;
}

/* The slot for `id` at level `target` gets `value`; *old is what it held. */
static int change_slot(const struct tw_space *space, struct tw_table *root, tw_id id,
                       unsigned target, enum expected expected, uint64_t value, uint64_t *old)
{
    struct change change = {.space = space, .id = id, .target = target};
    int error = locate(&change, root);
    if (!error)
        error = judge(&change, expected);
    if (error)
        return error;
    error = prepare(&change);
    if (!error) {
        commit(&change, value);
        *old = change.old;
    }
    return tw_seal(space, error);
}

/* ---- entries ---- */

static int change_entry(const struct tw_space *space, struct tw_table *root, tw_id id,
                        enum expected expected, uint64_t address, uint64_t *old)
{
    uint64_t ignored;
    if (id == 0)
        return TW_E_ID_ZERO;
    return change_slot(space, root, id, 0, expected, address, old ? old : &ignored);
}

static bool is_address(const struct tw_space *space, tw_id id, uint64_t address)
{
    return address != 0 && address != tw_fault_entry(space, tw_level_index(space, id, 0));
}

int tw_map(const struct tw_space *space, struct tw_table *root, tw_id id, uint64_t address)
{
    if (!is_address(space, id, address))
        return TW_E_ADDRESS;
    return change_entry(space, root, id, ABSENT, address, NULL);
}

int tw_replace(const struct tw_space *space, struct tw_table *root, tw_id id, uint64_t address,
               uint64_t *old)
{
    if (!is_address(space, id, address))
        return TW_E_ADDRESS;
    return change_entry(space, root, id, PRESENT, address, old);
}

int tw_unmap(const struct tw_space *space, struct tw_table *root, tw_id id, uint64_t *old)
{
    return change_entry(space, root, id, PRESENT,
                        tw_fault_entry(space, tw_level_index(space, id, 0)), old);
}

/* ---- units ---- */

static int check_attachable(const struct tw_space *space, uint32_t unit,
                            const struct tw_table *leaf)
{
    if (!tw_is_leaf(space, leaf) || leaf->refs == 0)
        return TW_E_TABLE;
    if (unit == 0 && tw_load_relaxed(tw_slot(leaf, 0)) != tw_fault_entry(space, 0))
        return TW_E_ID_ZERO;
    return 0;
}

/* `leaf` null: the slot becomes empty. */
static int change_unit(const struct tw_space *space, struct tw_table *root, uint32_t unit,
                       enum expected expected, const struct tw_table *leaf, struct tw_table **old)
{
    uint64_t before;
    int error = tw_check_unit(space, unit);
    if (!error && leaf)
        error = check_attachable(space, unit, leaf);
    if (!error)
        error = change_slot(space, root, unit << tw_level_bits(space, 0), 1, expected,
                            leaf ? tw_link_to(leaf) : 0, &before);
    if (!error && old)
        *old = tw_linked(before);
    return error;
}

int tw_attach(const struct tw_space *space, struct tw_table *root, uint32_t unit,
              struct tw_table *leaf)
{
    return leaf ? change_unit(space, root, unit, ABSENT, leaf, NULL) : TW_E_TABLE;
}

int tw_swap(const struct tw_space *space, struct tw_table *root, uint32_t unit,
            struct tw_table *leaf, struct tw_table **old)
{
    return leaf ? change_unit(space, root, unit, PRESENT, leaf, old) : TW_E_TABLE;
}

int tw_detach(const struct tw_space *space, struct tw_table *root, uint32_t unit,
              struct tw_table **old)
{
    return change_unit(space, root, unit, PRESENT, NULL, old);
}
