/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_look.c - reading a tree: checked walk, level by level, differences, all entries.
 *
 * tw_walk and tw_trace run on any thread without a lock: they read slots and what
 * never changes in a header (capacity, level). The rest runs under the caller's lock.
 */
#include "tw_table.h"

int tw_trace(const struct tw_space *space, const struct tw_table *root, tw_id id,
             struct tw_step steps[TW_LEVELS_MAX], unsigned *count)
{
    const struct tw_table *table = root;
    *count = 0;
    if (id == 0)
        return TW_E_ID_ZERO;
    for (unsigned level = root->level;; level--) {
        struct tw_step *step = &steps[(*count)++];
        uint32_t index = tw_level_index(space, id, level);
        *step = (struct tw_step){.level = level, .table = table, .index = index};
        if (index >= table->capacity)
            return TW_E_RANGE;
        step->slot = tw_slot(table, index);
        step->value = tw_load_consume(step->slot);
        if (step->value == tw_empty(space, level, index))
            return TW_E_NOT_PRESENT;
        if (level == 0)
            return 0;
        table = tw_linked(step->value);
    }
}

int tw_walk(const struct tw_space *space, const struct tw_table *root, tw_id id, uint64_t *entry)
{
    struct tw_step steps[TW_LEVELS_MAX];
    unsigned count;
    int error = tw_trace(space, root, id, steps, &count);
    if (!error)
        *entry = steps[count - 1].value;
    return error;
}

int tw_leaf_at(const struct tw_space *space, const struct tw_table *root, uint32_t unit,
               struct tw_table **leaf)
{
    const struct tw_table *table = root;
    int error = tw_check_unit(space, unit);
    if (error)
        return error;
    for (unsigned level = root->level; level > 0; level--) {
        uint32_t index = tw_level_index(space, unit << tw_level_bits(space, 0), level);
        if (index >= table->capacity)
            return TW_E_RANGE;
        table = tw_child(table, index);
        if (!table)
            return TW_E_NOT_PRESENT;
    }
    *leaf = (struct tw_table *)table;
    return 0;
}

/* ---- two trees side by side; either may be missing, wholly or in parts ---- */

struct pair {
    const struct tw_space *space;
    tw_difference_fn fn;
    void *context;
};

static uint64_t slot_or_empty(const struct pair *pair, const struct tw_table *table, unsigned level,
                              uint32_t index)
{
    if (!table || index >= table->used)
        return tw_empty(pair->space, level, index);
    return tw_load_relaxed(tw_slot(table, index));
}

static uint32_t slots_in_use(const struct tw_table *a, const struct tw_table *b)
{
    uint32_t used = a ? a->used : 0;
    return b && b->used > used ? b->used : used;
}

static int differ(const struct pair *pair, tw_id id, uint64_t before, uint64_t after)
{
    uint64_t fault = tw_fault_entry(pair->space, tw_level_index(pair->space, id, 0));
    return pair->fn(pair->context, id, before == fault ? 0 : before, after == fault ? 0 : after);
}

/* `first`: the first ID of both tables. Recursion is at most TW_LEVELS_MAX deep. */
static int compare(const struct pair *pair, const struct tw_table *before,
                   const struct tw_table *after, unsigned level, tw_id first)
{
    uint32_t used = slots_in_use(before, after);
    int result = 0;

    for (uint32_t i = 0; i < used && !result; i++) {
        uint64_t a = slot_or_empty(pair, before, level, i);
        uint64_t b = slot_or_empty(pair, after, level, i);
        tw_id id = first | i << tw_level_shift(pair->space, level);
        if (a == b)
            continue; /* nothing, the same entry, or a shared table */
        if (level == 0)
            result = differ(pair, id, a, b);
        else
            result = compare(pair, tw_linked(a), tw_linked(b), level - 1, id);
    }
    return result;
}

int tw_diff(const struct tw_space *space, const struct tw_table *before,
            const struct tw_table *after, tw_difference_fn fn, void *context)
{
    struct pair pair = {.space = space, .fn = fn, .context = context};
    return compare(&pair, before, after, tw_top_level(space), 0);
}

struct visitor {
    tw_entry_fn fn;
    void *context;
};

static int visit(void *context, tw_id id, uint64_t before, uint64_t after)
{
    const struct visitor *visitor = context;
    (void)before; /* nothing: the tree is compared with an empty one */
    return visitor->fn(visitor->context, id, after);
}

int tw_iterate(const struct tw_space *space, const struct tw_table *root, tw_entry_fn fn,
               void *context)
{
    struct visitor visitor = {.fn = fn, .context = context};
    return tw_diff(space, NULL, root, visit, &visitor);
}
