/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_look.c - trace, iterate and diff.
 */
#include "unit.h"

static void a_trace_shows_every_level_of_a_walk(void **state)
{
    struct unit *t = *state;
    struct tw_step steps[TW_LEVELS_MAX];
    unsigned count, levels = t->space->geometry.levels;
    tw_id id = world_id(&t->world, 5, 7);

    assert_done(tw_map(t->space, t->root, id, 0x1000));
    assert_done(tw_trace(t->space, t->root, id, steps, &count));
    assert_int_equal(count, levels);
    assert_ptr_equal(steps[0].table, t->root);
    for (unsigned n = 0; n < count; n++) {
        assert_int_equal(steps[n].level, levels - 1 - n);
        assert_ptr_equal(steps[n].slot, (const uint64_t *)(steps[n].table + 1) + steps[n].index);
        assert_int_equal(steps[n].value, *steps[n].slot);
        if (n > 0)
            assert_int_equal(steps[n - 1].value, (uintptr_t)(steps[n].table + 1));
    }
    assert_int_equal(steps[count - 1].index, 7);
    assert_int_equal(steps[count - 1].value, 0x1000);
}

static void a_trace_ends_where_nothing_is_present(void **state)
{
    struct unit *t = *state;
    struct tw_step steps[TW_LEVELS_MAX];
    unsigned count;
    assert_error(TW_E_NOT_PRESENT, tw_trace(t->space, t->root, 1, steps, &count));
    assert_int_equal(count, 1);
    assert_int_equal(steps[0].value, 0);
    assert_non_null(steps[0].slot);
    assert_done(tw_map(t->space, t->root, 2, 0x1000));
    assert_error(TW_E_NOT_PRESENT, tw_trace(t->space, t->root, 1, steps, &count));
    assert_int_equal(count, t->space->geometry.levels);
    assert_int_equal(steps[count - 1].value, world_fault(1));
}

static void a_trace_beyond_a_table_has_no_slot(void **state)
{
    struct unit *t = *state;
    struct tw_step steps[TW_LEVELS_MAX];
    unsigned count;
    assert_error(TW_E_RANGE, tw_trace(t->space, t->root, UINT32_MAX, steps, &count));
    assert_int_equal(count, 1);
    assert_null(steps[0].slot);
}

/* ---- lists of what a callback was told ---- */

struct told {
    unsigned count;
    tw_id id[8];
    uint64_t before[8], after[8];
    int answer; /* to the last of `limit` calls */
    unsigned limit;
};

static int tell_difference(void *context, tw_id id, uint64_t before, uint64_t after)
{
    struct told *told = context;
    assert_true(told->count < 8);
    told->id[told->count] = id;
    told->before[told->count] = before;
    told->after[told->count++] = after;
    return told->count == told->limit ? told->answer : 0;
}

static int tell_entry(void *context, tw_id id, uint64_t entry)
{
    return tell_difference(context, id, 0, entry);
}

static void iterating_tells_every_present_id_in_order(void **state)
{
    struct unit *t = *state;
    struct told told = {.count = 0};
    const tw_id ids[] = {1, 2, world_id(&t->world, 1, 0), world_id(&t->world, 40, 3)};
    for (unsigned i = 4; i-- > 0;)
        assert_done(tw_map(t->space, t->root, ids[i], 0x1000 + i));
    assert_done(tw_map(t->space, t->root, 3, 0x9000));
    assert_done(tw_unmap(t->space, t->root, 3, NULL));
    assert_done(tw_iterate(t->space, t->root, tell_entry, &told));
    assert_int_equal(told.count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(told.id[i], ids[i]);
        assert_int_equal(told.after[i], 0x1000 + i);
    }
}

static void iterating_ends_when_the_callback_says_so(void **state)
{
    struct unit *t = *state;
    struct told told = {.limit = 2, .answer = 42};
    for (tw_id id = 1; id < 5; id++)
        assert_done(tw_map(t->space, t->root, id, 0x1000));
    assert_int_equal(tw_iterate(t->space, t->root, tell_entry, &told), 42);
    assert_int_equal(told.count, 2);
}

static void an_empty_root_has_nothing_to_iterate(void **state)
{
    struct unit *t = *state;
    struct told told = {.count = 0};
    assert_done(tw_iterate(t->space, t->root, tell_entry, &told));
    assert_int_equal(told.count, 0);
}

static void a_diff_tells_what_was_added_changed_and_removed(void **state)
{
    struct unit *t = *state;
    struct told told = {.count = 0};
    struct tw_table *view;
    tw_id other = world_id(&t->world, 40, 3);

    for (tw_id id = 1; id < 5; id++)
        assert_done(tw_map(t->space, t->root, id, 0x1000));
    assert_done(tw_view_create(t->space, t->root, &view));
    assert_done(tw_replace(t->space, view, 2, 0x2000, NULL));
    assert_done(tw_unmap(t->space, view, 4, NULL));
    assert_done(tw_map(t->space, view, other, 0x3000));
    assert_done(tw_diff(t->space, t->root, view, tell_difference, &told));
    assert_int_equal(told.count, 3);
    assert_int_equal(told.id[0], 2);
    assert_int_equal(told.before[0], 0x1000);
    assert_int_equal(told.after[0], 0x2000);
    assert_int_equal(told.id[1], 4);
    assert_int_equal(told.after[1], 0);
    assert_int_equal(told.id[2], other);
    assert_int_equal(told.before[2], 0);
    assert_int_equal(told.after[2], 0x3000);
    world_root_end(&t->world, view);
}

static void a_diff_of_equal_roots_tells_nothing(void **state)
{
    struct unit *t = *state;
    struct told told = {.count = 0};
    struct tw_table *view;
    assert_done(tw_map(t->space, t->root, 1, 0x1000));
    assert_done(tw_view_create(t->space, t->root, &view));
    assert_done(tw_replace(t->space, view, 1, 0x2000, NULL));
    assert_done(tw_replace(t->space, view, 1, 0x1000, NULL));
    assert_done(tw_diff(t->space, t->root, view, tell_difference, &told));
    assert_int_equal(told.count, 0);
    world_root_end(&t->world, view);
}

/* The shared leaf table cannot be read meanwhile: to look at it would be a crash. */
static void a_diff_skips_tables_that_both_roots_share(void **state)
{
    struct unit *t = *state;
    struct told told = {.count = 0};
    struct tw_table *view, *leaf;
    assert_done(tw_map(t->space, t->root, world_id(&t->world, 1, 1), 0x1000));
    assert_done(tw_view_create(t->space, t->root, &view));
    assert_done(tw_leaf_at(t->space, view, 1, &leaf));
    world_forbid(&t->world, leaf);
    assert_done(tw_diff(t->space, t->root, view, tell_difference, &told));
    world_allow(&t->world, leaf);
    assert_int_equal(told.count, 0);
    world_root_end(&t->world, view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_trace_shows_every_level_of_a_walk),
        TEST(a_trace_ends_where_nothing_is_present),
        TEST(a_trace_beyond_a_table_has_no_slot),
        TEST(iterating_tells_every_present_id_in_order),
        TEST(iterating_ends_when_the_callback_says_so),
        TEST(an_empty_root_has_nothing_to_iterate),
        TEST(a_diff_tells_what_was_added_changed_and_removed),
        TEST(a_diff_of_equal_roots_tells_nothing),
        TEST(a_diff_skips_tables_that_both_roots_share),
    };
    return unit_run(tests, sizeof(tests) / sizeof(tests[0]));
}
