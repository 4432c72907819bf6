/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_verify.c - checks the invariants of tw_invariant.def, each by its number.
 *
 * For tests, fuzzing, torture and `revector status`. Changes nothing. Runs under
 * the caller's lock.
 */
#include "tw_table.h"

struct check {
    const struct tw_space *space;
    const struct tw_table *root;
    struct tw_finding *finding;
};

static int broken(const struct check *check, unsigned invariant, const struct tw_table *table,
                  uint32_t index, tw_id first)
{
    *check->finding =
        (struct tw_finding){.invariant = invariant, .table = table, .index = index, .first = first};
    return TW_E_BROKEN;
}

/* The number of the first invariant that the header breaks, or 0. */
static unsigned judge_header(const struct check *check, const struct tw_table *table,
                             unsigned level)
{
    const unsigned known_flags = TW_TABLE_BORROWED | TW_TABLE_FROZEN;
    bool is_root = table == check->root;

    if ((uintptr_t)table % sizeof(uint64_t))
        return 3;
    if (table->level != level)
        return 2;
    if (table->capacity == 0 || table->capacity > tw_full_capacity(check->space, level))
        return 4;
    if (level > 0 && !is_root && table->capacity != tw_full_capacity(check->space, level))
        return 5;
    if (table->used > table->capacity)
        return 6;
    if (table->refs == 0)
        return 10;
    if (tw_is_borrowed(table) && level > 0 && !is_root)
        return 11;
    if ((table->flags & ~known_flags) || table->reserved)
        return 12;
    return 0;
}

/* The number of the first invariant that a slot breaks, or 0. */
static unsigned judge_slot(const struct check *check, const struct tw_table *table, uint32_t index,
                           tw_id first)
{
    uint64_t value = tw_load_relaxed(tw_slot(table, index));
    bool is_empty = value == tw_empty(check->space, table->level, index);

    if (table->level == 0 && value == 0)
        return 8;
    if (index >= table->used && !is_empty)
        return 7;
    if (table->level == 0 && first == 0 && !is_empty)
        return 9;
    return 0;
}

static int check_table(const struct check *check, const struct tw_table *table, unsigned level,
                       tw_id first)
{
    unsigned invariant = judge_header(check, table, level);
    int error = invariant ? broken(check, invariant, table, 0, first) : 0;

    for (uint32_t i = 0; !error && i < table->capacity; i++) {
        tw_id id = first | i << tw_level_shift(check->space, level);
        const struct tw_table *child = level > 0 ? tw_child(table, i) : NULL;
        invariant = judge_slot(check, table, i, id);
        if (invariant)
            return broken(check, invariant, table, i, id);
        if (child)
            error = check_table(check, child, level - 1, id);
    }
    return error;
}

int tw_verify(const struct tw_space *space, const struct tw_table *root, struct tw_finding *finding)
{
    struct check check = {.space = space, .root = root, .finding = finding};

    *finding = (struct tw_finding){0};
    if (!tw_geometry_is_valid(space->geometry))
        return broken(&check, 1, root, 0, 0);
    return check_table(&check, root, tw_top_level(space), 0);
}
