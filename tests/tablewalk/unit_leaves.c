/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_leaves.c - leaf tables that a caller holds: stage, attach, swap, detach,
 * release; short and borrowed ones.
 */
#include "unit.h"

#include <string.h>

static struct tw_table *leaf_with(struct unit *t, uint32_t capacity, uint32_t index,
                                  uint64_t address)
{
    struct tw_table *leaf;
    assert_done(tw_leaf_create(t->space, capacity, &leaf));
    assert_done(tw_leaf_set(t->space, leaf, index, address));
    return leaf;
}

static void a_new_leaf_table_faults_everywhere(void **state)
{
    struct unit *t = *state;
    struct tw_table *leaf;
    assert_done(tw_leaf_create(t->space, 10, &leaf));
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(tw_slots(leaf)[i], world_fault(i));
    assert_done(tw_leaf_release(t->space, leaf));
}

static void a_leaf_table_has_one_to_a_unit_of_entries(void **state)
{
    struct unit *t = *state;
    struct tw_table *leaf;
    uint32_t full = 1u << world_leaf_bits(&t->world);
    assert_error(TW_E_RANGE, tw_leaf_create(t->space, 0, &leaf));
    assert_error(TW_E_RANGE, tw_leaf_create(t->space, full + 1, &leaf));
    assert_done(tw_leaf_create(t->space, full, &leaf));
    assert_done(tw_leaf_release(t->space, leaf));
}

static void staging_refuses_what_is_no_leaf_no_index_and_no_address(void **state)
{
    struct unit *t = *state;
    struct tw_table *leaf = leaf_with(t, 3, 2, 0x1000);
    assert_error(TW_E_TABLE, tw_leaf_set(t->space, NULL, 0, 0x1000));
    assert_error(TW_E_TABLE, tw_leaf_set(t->space, t->root, 0, 0x1000));
    assert_error(TW_E_RANGE, tw_leaf_set(t->space, leaf, 3, 0x1000));
    assert_error(TW_E_ADDRESS, tw_leaf_set(t->space, leaf, 1, 0));
    assert_done(tw_leaf_set(t->space, leaf, 2, world_fault(2)));
    assert_int_equal(tw_slots(leaf)[2], world_fault(2));
    assert_done(tw_leaf_release(t->space, leaf));
}

static void a_copy_has_the_same_entries_and_a_life_of_its_own(void **state)
{
    struct unit *t = *state;
    struct tw_table *copy, *leaf = leaf_with(t, 3, 1, 0x1000);
    assert_done(tw_leaf_copy(t->space, leaf, &copy));
    assert_int_equal(copy->capacity, 3);
    assert_memory_equal(tw_slots(copy), tw_slots(leaf), 3 * sizeof(uint64_t));
    assert_done(tw_leaf_set(t->space, copy, 1, 0x2000));
    assert_int_equal(tw_slots(leaf)[1], 0x1000);
    assert_error(TW_E_TABLE, tw_leaf_copy(t->space, t->root, &copy));
    assert_done(tw_leaf_release(t->space, copy));
    assert_done(tw_leaf_release(t->space, leaf));
}

static void an_attached_leaf_table_is_walked_through(void **state)
{
    struct unit *t = *state;
    struct tw_table *found, *leaf = leaf_with(t, 3, 1, 0x1000);
    assert_error(TW_E_NOT_PRESENT, tw_leaf_at(t->space, t->root, 7, &found));
    assert_done(tw_attach(t->space, t->root, 7, leaf));
    assert_int_equal(unit_entry(t, t->root, world_id(&t->world, 7, 1)), 0x1000);
    assert_int_equal(unit_entry(t, t->root, world_id(&t->world, 7, 0)), 0);
    assert_done(tw_leaf_at(t->space, t->root, 7, &found));
    assert_ptr_equal(found, leaf);
}

static void an_index_beyond_a_short_leaf_table_is_out_of_range(void **state)
{
    struct unit *t = *state;
    uint64_t value;
    tw_id id = world_id(&t->world, 7, 3);
    assert_done(tw_attach(t->space, t->root, 7, leaf_with(t, 3, 1, 0x1000)));
    assert_error(TW_E_RANGE, tw_walk(t->space, t->root, id, &value));
    assert_error(TW_E_RANGE, tw_map(t->space, t->root, id, 0x1000));
    assert_error(TW_E_RANGE, tw_unmap(t->space, t->root, id, NULL));
}

static void a_unit_number_too_large_is_out_of_range(void **state)
{
    struct unit *t = *state;
    struct tw_table *found, *leaf = leaf_with(t, 3, 1, 0x1000);
    uint32_t units = 1u << (TW_ID_BITS - world_leaf_bits(&t->world));
    assert_error(TW_E_RANGE, tw_attach(t->space, t->root, units, leaf));
    assert_error(TW_E_RANGE, tw_attach(t->space, t->root, units - 1, leaf));
    assert_error(TW_E_RANGE, tw_swap(t->space, t->root, units, leaf, &found));
    assert_error(TW_E_RANGE, tw_detach(t->space, t->root, UINT32_MAX, &found));
    assert_error(TW_E_RANGE, tw_leaf_at(t->space, t->root, units, &found));
    assert_error(TW_E_RANGE, tw_leaf_at(t->space, t->root, units - 1, &found));
    assert_done(tw_leaf_release(t->space, leaf));
}

static void attaching_refuses_what_is_no_leaf_table_or_held_by_nobody(void **state)
{
    struct unit *t = *state;
    struct tw_table *old, *leaf = leaf_with(t, 3, 1, 0x1000);
    struct tw_table unheld = {.capacity = 0};
    assert_error(TW_E_TABLE, tw_attach(t->space, t->root, 7, NULL));
    assert_error(TW_E_TABLE, tw_attach(t->space, t->root, 7, t->root));
    unheld.capacity = 1;
    assert_error(TW_E_TABLE, tw_attach(t->space, t->root, 7, &unheld));
    assert_done(tw_attach(t->space, t->root, 7, leaf));
    assert_error(TW_E_TABLE, tw_swap(t->space, t->root, 7, NULL, &old));
    assert_error(TW_E_TABLE, tw_swap(t->space, t->root, 7, t->root, &old));
    assert_error(TW_E_TABLE, tw_leaf_release(t->space, &unheld));
}

static void unit_zero_takes_a_leaf_table_only_if_id_zero_stays_invalid(void **state)
{
    struct unit *t = *state;
    struct tw_table *old, *good = leaf_with(t, 3, 1, 0x1000), *bad = leaf_with(t, 3, 0, 0x1000);
    assert_error(TW_E_ID_ZERO, tw_attach(t->space, t->root, 0, bad));
    assert_done(tw_attach(t->space, t->root, 0, good));
    assert_error(TW_E_ID_ZERO, tw_swap(t->space, t->root, 0, bad, &old));
    assert_int_equal(unit_entry(t, t->root, 1), 0x1000);
    assert_done(tw_leaf_release(t->space, bad));
}

static void a_unit_that_has_a_leaf_table_takes_no_second_one(void **state)
{
    struct unit *t = *state;
    struct tw_table *leaf = leaf_with(t, 3, 1, 0x2000);
    assert_done(tw_attach(t->space, t->root, 7, leaf_with(t, 3, 1, 0x1000)));
    assert_error(TW_E_PRESENT, tw_attach(t->space, t->root, 7, leaf));
    assert_int_equal(unit_entry(t, t->root, world_id(&t->world, 7, 1)), 0x1000);
    assert_done(tw_leaf_release(t->space, leaf));
}

static void a_swap_replaces_all_entries_and_gives_the_old_table_back(void **state)
{
    struct unit *t = *state;
    struct tw_table *old, *first = leaf_with(t, 3, 1, 0x1000), *second = leaf_with(t, 9, 2, 0x2000);
    assert_done(tw_attach(t->space, t->root, 7, first));
    assert_done(tw_swap(t->space, t->root, 7, second, &old));
    assert_ptr_equal(old, first);
    assert_int_equal(unit_entry(t, t->root, world_id(&t->world, 7, 1)), 0);
    assert_int_equal(unit_entry(t, t->root, world_id(&t->world, 7, 2)), 0x2000);
    assert_done(tw_swap(t->space, t->root, 7, first, &old));
    assert_ptr_equal(old, second);
    assert_int_equal(unit_entry(t, t->root, world_id(&t->world, 7, 1)), 0x1000);
    assert_done(tw_leaf_release(t->space, second));
}

/* The whole of memory before and after differs in the one slot. */
static void a_swap_writes_one_slot_and_nothing_else(void **state)
{
    struct unit *t = *state;
    struct tw_table *old, *first = leaf_with(t, 3, 1, 0x1000), *second = leaf_with(t, 3, 1, 0x2000);
    struct tw_step steps[TW_LEVELS_MAX];
    unsigned count, differences = 0;
    static uint8_t before[WORLD_REGIONS][1 << 16];

    assert_done(tw_attach(t->space, t->root, 7, first));
    assert_done(tw_trace(t->space, t->root, world_id(&t->world, 7, 1), steps, &count));
    for (unsigned i = 0; i < WORLD_REGIONS; i++)
        if (t->world.regions[i].memory)
            memcpy(before[i], t->world.regions[i].memory, t->world.regions[i].bytes);
    assert_done(tw_swap(t->space, t->root, 7, second, &old));
    for (unsigned i = 0; i < WORLD_REGIONS; i++)
        for (size_t at = 0; at < t->world.regions[i].bytes; at += sizeof(uint64_t))
            if (memcmp(before[i] + at, t->world.regions[i].memory + at, sizeof(uint64_t))) {
                assert_ptr_equal(t->world.regions[i].memory + at, steps[count - 2].slot);
                differences++;
            }
    assert_int_equal(differences, 1);
    assert_done(tw_leaf_release(t->space, old));
}

static void swapping_or_detaching_an_empty_unit_is_refused(void **state)
{
    struct unit *t = *state;
    struct tw_table *old = NULL, *leaf = leaf_with(t, 3, 1, 0x1000);
    assert_error(TW_E_NOT_PRESENT, tw_swap(t->space, t->root, 7, leaf, &old));
    assert_error(TW_E_NOT_PRESENT, tw_detach(t->space, t->root, 7, &old));
    assert_null(old);
    assert_done(tw_leaf_release(t->space, leaf));
}

static void a_detached_unit_is_not_present_and_can_be_attached_again(void **state)
{
    struct unit *t = *state;
    struct tw_table *old, *leaf = leaf_with(t, 3, 1, 0x1000);
    assert_done(tw_attach(t->space, t->root, 7, leaf));
    assert_done(tw_detach(t->space, t->root, 7, &old));
    assert_ptr_equal(old, leaf);
    assert_int_equal(unit_entry(t, t->root, world_id(&t->world, 7, 1)), 0);
    assert_done(tw_attach(t->space, t->root, 8, old));
    assert_int_equal(unit_entry(t, t->root, world_id(&t->world, 8, 1)), 0x1000);
}

static void a_borrowed_leaf_table_is_changed_in_place_and_never_freed(void **state)
{
    struct unit *t = *state;
    struct tw_table *old, *leaf = world_borrowed_leaf(&t->world, 20, 0x1000);
    assert_done(tw_attach(t->space, t->root, 7, leaf));
    assert_int_equal(unit_entry(t, t->root, world_id(&t->world, 7, 19)), 0x1000 + 19);
    assert_done(tw_replace(t->space, t->root, world_id(&t->world, 7, 19), 0x2000, NULL));
    assert_int_equal(tw_slots(leaf)[19], 0x2000);
    assert_done(tw_detach(t->space, t->root, 7, &old));
    assert_done(tw_leaf_release(t->space, old));
    assert_int_equal(tw_slots(leaf)[18], 0x1000 + 18);
    world_borrowed_leaf_end(&t->world, leaf);
}

static void a_copy_of_a_borrowed_leaf_table_is_not_borrowed(void **state)
{
    struct unit *t = *state;
    struct tw_table *copy, *leaf = world_borrowed_leaf(&t->world, 20, 0x1000);
    assert_done(tw_leaf_copy(t->space, leaf, &copy));
    assert_int_equal(copy->flags, 0);
    assert_done(tw_leaf_release(t->space, copy));
    world_borrowed_leaf_end(&t->world, leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_leaf_table_faults_everywhere),
        TEST(a_leaf_table_has_one_to_a_unit_of_entries),
        TEST(staging_refuses_what_is_no_leaf_no_index_and_no_address),
        TEST(a_copy_has_the_same_entries_and_a_life_of_its_own),
        TEST(an_attached_leaf_table_is_walked_through),
        TEST(an_index_beyond_a_short_leaf_table_is_out_of_range),
        TEST(a_unit_number_too_large_is_out_of_range),
        TEST(attaching_refuses_what_is_no_leaf_table_or_held_by_nobody),
        TEST(unit_zero_takes_a_leaf_table_only_if_id_zero_stays_invalid),
        TEST(a_unit_that_has_a_leaf_table_takes_no_second_one),
        TEST(a_swap_replaces_all_entries_and_gives_the_old_table_back),
        TEST(a_swap_writes_one_slot_and_nothing_else),
        TEST(swapping_or_detaching_an_empty_unit_is_refused),
        TEST(a_detached_unit_is_not_present_and_can_be_attached_again),
        TEST(a_borrowed_leaf_table_is_changed_in_place_and_never_freed),
        TEST(a_copy_of_a_borrowed_leaf_table_is_not_borrowed),
    };
    return unit_run(tests, sizeof(tests) / sizeof(tests[0]));
}
