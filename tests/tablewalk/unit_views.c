/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_views.c - copy-on-write views: what they share, what they copy, how they end.
 */
#include "unit.h"

/* Two mapped units; `far` shares with `near` only the root. */
static const uint32_t near = 1;

static uint32_t far(struct unit *t)
{
    return 2u << (TW_ID_BITS - t->space->geometry.bits[0] - world_leaf_bits(&t->world));
}

static struct tw_table *view_of_two_units(struct unit *t)
{
    struct tw_table *view;
    assert_done(tw_map(t->space, t->root, world_id(&t->world, near, 1), 0x1000));
    assert_done(tw_map(t->space, t->root, world_id(&t->world, far(t), 1), 0x2000));
    assert_done(tw_view_create(t->space, t->root, &view));
    return view;
}

static void a_view_begins_with_the_content_of_its_root(void **state)
{
    struct unit *t = *state;
    struct tw_table *view = view_of_two_units(t);
    assert_int_equal(unit_entry(t, view, world_id(&t->world, near, 1)), 0x1000);
    assert_int_equal(unit_entry(t, view, world_id(&t->world, far(t), 1)), 0x2000);
    world_verify(&t->world, view);
    world_root_end(&t->world, view);
}

static void a_view_costs_one_table(void **state)
{
    struct unit *t = *state;
    struct tw_table *view;
    assert_done(tw_map(t->space, t->root, 1, 0x1000));
    unsigned live = t->world.live;
    assert_done(tw_view_create(t->space, t->root, &view));
    assert_int_equal(t->world.live, live + 1);
    assert_int_equal(view->capacity, t->root->capacity);
    world_root_end(&t->world, view);
    assert_int_equal(t->world.live, live);
}

static void a_change_in_a_view_is_not_seen_in_its_root(void **state)
{
    struct unit *t = *state;
    struct tw_table *view = view_of_two_units(t);
    tw_id id = world_id(&t->world, near, 1);
    assert_done(tw_replace(t->space, view, id, 0x3000, NULL));
    assert_done(tw_map(t->space, view, id + 1, 0x4000));
    assert_int_equal(unit_entry(t, t->root, id), 0x1000);
    assert_int_equal(unit_entry(t, t->root, id + 1), 0);
    assert_int_equal(unit_entry(t, view, id), 0x3000);
    assert_int_equal(unit_entry(t, view, id + 1), 0x4000);
    world_verify(&t->world, view);
    world_root_end(&t->world, view);
}

static void a_change_in_a_root_is_not_seen_in_its_view(void **state)
{
    struct unit *t = *state;
    struct tw_table *view = view_of_two_units(t);
    tw_id id = world_id(&t->world, near, 1);
    assert_done(tw_unmap(t->space, t->root, id, NULL));
    assert_done(tw_map(t->space, t->root, world_id(&t->world, 5, 1), 0x5000));
    assert_int_equal(unit_entry(t, view, id), 0x1000);
    assert_int_equal(unit_entry(t, view, world_id(&t->world, 5, 1)), 0);
    world_root_end(&t->world, view);
}

static void a_change_copies_its_path_once_and_nothing_else(void **state)
{
    struct unit *t = *state;
    struct tw_table *view = view_of_two_units(t);
    struct tw_table *in_root, *in_view;
    tw_id id = world_id(&t->world, near, 1);
    unsigned live = t->world.live, path = t->space->geometry.levels - 1u;

    assert_done(tw_replace(t->space, view, id, 0x3000, NULL));
    assert_int_equal(t->world.live, live + path);
    assert_done(tw_replace(t->space, view, id, 0x4000, NULL));
    assert_done(tw_map(t->space, view, id + 1, 0x5000));
    assert_int_equal(t->world.live, live + path);
    assert_done(tw_leaf_at(t->space, t->root, far(t), &in_root));
    assert_done(tw_leaf_at(t->space, view, far(t), &in_view));
    assert_ptr_equal(in_root, in_view);
    world_root_end(&t->world, view);
    assert_int_equal(t->world.live, live - 1);
}

static void a_swap_in_a_view_leaves_the_old_leaf_table_to_the_root(void **state)
{
    struct unit *t = *state;
    struct tw_table *view = view_of_two_units(t), *leaf, *old;
    tw_id id = world_id(&t->world, near, 1);
    assert_done(tw_leaf_at(t->space, view, near, &leaf));
    assert_done(tw_leaf_copy(t->space, leaf, &leaf));
    assert_done(tw_leaf_set(t->space, leaf, 1, 0x3000));
    assert_done(tw_swap(t->space, view, near, leaf, &old));
    assert_error(TW_E_SHARED, tw_leaf_set(t->space, old, 1, 0x4000));
    assert_int_equal(unit_entry(t, view, id), 0x3000);
    assert_int_equal(unit_entry(t, t->root, id), 0x1000);
    assert_done(tw_leaf_release(t->space, old));
    assert_int_equal(unit_entry(t, t->root, id), 0x1000);
    world_root_end(&t->world, view);
}

static void detaching_in_a_view_leaves_the_unit_in_the_root(void **state)
{
    struct unit *t = *state;
    struct tw_table *view = view_of_two_units(t), *old;
    tw_id id = world_id(&t->world, near, 1);
    assert_done(tw_detach(t->space, view, near, &old));
    assert_done(tw_leaf_release(t->space, old));
    assert_int_equal(unit_entry(t, view, id), 0);
    assert_int_equal(unit_entry(t, t->root, id), 0x1000);
    world_root_end(&t->world, view);
}

static void a_view_outlives_its_root(void **state)
{
    struct unit *t = *state;
    struct tw_table *view = view_of_two_units(t);
    world_root_end(&t->world, t->root);
    assert_int_equal(unit_entry(t, view, world_id(&t->world, near, 1)), 0x1000);
    assert_int_equal(unit_entry(t, view, world_id(&t->world, far(t), 1)), 0x2000);
    t->root = view;
}

static void views_of_views_are_independent(void **state)
{
    struct unit *t = *state;
    struct tw_table *view = view_of_two_units(t), *second;
    tw_id id = world_id(&t->world, near, 1);
    assert_done(tw_replace(t->space, view, id, 0x3000, NULL));
    assert_done(tw_view_create(t->space, view, &second));
    assert_done(tw_replace(t->space, second, id, 0x4000, NULL));
    assert_int_equal(unit_entry(t, t->root, id), 0x1000);
    assert_int_equal(unit_entry(t, view, id), 0x3000);
    world_root_end(&t->world, view);
    assert_int_equal(unit_entry(t, second, id), 0x4000);
    world_root_end(&t->world, second);
}

/* A walk may have begun in the root and go on in the table that is now the view's alone. */
static void a_table_once_shared_is_never_changed_in_place_again(void **state)
{
    struct unit *t = *state;
    struct tw_table *view = view_of_two_units(t), *before, *after;
    tw_id id = world_id(&t->world, near, 1);
    assert_done(tw_leaf_at(t->space, t->root, near, &before));
    assert_done(tw_replace(t->space, t->root, id, 0x3000, NULL));
    unsigned live = t->world.live;
    world_keep_retired(&t->world, 1);
    assert_done(tw_replace(t->space, view, id, 0x4000, NULL));
    assert_int_equal(tw_slots(before)[1], 0x1000);
    world_keep_retired(&t->world, 0);
    assert_int_equal(t->world.live, live);
    assert_done(tw_leaf_at(t->space, view, near, &after));
    assert_ptr_not_equal(after, before);
    assert_int_equal(unit_entry(t, view, id), 0x4000);
    world_root_end(&t->world, view);
}

static void a_borrowed_leaf_table_is_one_for_all_views(void **state)
{
    struct unit *t = *state;
    struct tw_table *leaf = world_borrowed_leaf(&t->world, 20, 0x1000), *view, *old;
    tw_id id = world_id(&t->world, near, 1);
    assert_done(tw_attach(t->space, t->root, near, leaf));
    assert_done(tw_view_create(t->space, t->root, &view));
    assert_done(tw_replace(t->space, view, id, 0x3000, NULL));
    assert_int_equal(unit_entry(t, t->root, id), 0x3000);
    world_root_end(&t->world, view);
    assert_done(tw_detach(t->space, t->root, near, &old));
    assert_done(tw_leaf_release(t->space, old));
    world_borrowed_leaf_end(&t->world, leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_view_begins_with_the_content_of_its_root),
        TEST(a_view_costs_one_table),
        TEST(a_change_in_a_view_is_not_seen_in_its_root),
        TEST(a_change_in_a_root_is_not_seen_in_its_view),
        TEST(a_change_copies_its_path_once_and_nothing_else),
        TEST(a_swap_in_a_view_leaves_the_old_leaf_table_to_the_root),
        TEST(detaching_in_a_view_leaves_the_unit_in_the_root),
        TEST(a_view_outlives_its_root),
        TEST(views_of_views_are_independent),
        TEST(a_table_once_shared_is_never_changed_in_place_again),
        TEST(a_borrowed_leaf_table_is_one_for_all_views),
    };
    return unit_run(tests, sizeof(tests) / sizeof(tests[0]));
}
