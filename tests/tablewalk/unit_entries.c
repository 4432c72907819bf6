/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_entries.c - spaces, roots, and single entries: map, replace, unmap, walk.
 */
#include "unit.h"

#include <string.h>

static void a_geometry_has_two_to_four_levels_and_32_bits(void **state)
{
    struct unit *t = *state;
    const struct tw_geometry bad[] = {{0, {0}},        {1, {32}},     {5, {8, 8, 8, 8}},
                                      {2, {20, 11}},   {2, {21, 12}}, {3, {20, 12, 0}},
                                      {3, {0, 20, 12}}};
    struct tw_space space;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_error(TW_E_GEOMETRY, tw_space_init(&space, bad[i], &t->space->memory, 1, 0));
    assert_done(
        tw_space_init(&space, (struct tw_geometry){4, {1, 1, 1, 29}}, &t->space->memory, 1, 0));
}

static void a_space_needs_a_fault_address_and_whole_memory_callbacks(void **state)
{
    struct unit *t = *state;
    struct tw_space space;
    struct tw_memory memory = t->space->memory;

    assert_error(TW_E_SPACE, tw_space_init(&space, tw_geometry_20_12, &memory, 0, 0));
    memory.open = NULL;
    assert_error(TW_E_SPACE, tw_space_init(&space, tw_geometry_20_12, &memory, 1, 0));
    memory.seal = NULL;
    assert_done(tw_space_init(&space, tw_geometry_20_12, &memory, 1, 0));
    memory.retire = NULL;
    assert_error(TW_E_SPACE, tw_space_init(&space, tw_geometry_20_12, &memory, 1, 0));
    memory = t->space->memory;
    memory.alloc = NULL;
    assert_error(TW_E_SPACE, tw_space_init(&space, tw_geometry_20_12, &memory, 1, 0));
}

static void a_created_root_has_full_capacity_and_is_empty(void **state)
{
    struct unit *t = *state;
    struct tw_table *root;
    assert_done(tw_root_create(t->space, &root));
    assert_int_equal(root->capacity, 1u << t->space->geometry.bits[0]);
    assert_error(TW_E_NOT_PRESENT, tw_walk(t->space, root, 1, &(uint64_t){0}));
    assert_error(TW_E_NOT_PRESENT, tw_walk(t->space, root, UINT32_MAX, &(uint64_t){0}));
    world_verify(&t->world, root);
    world_root_end(&t->world, root);
}

static void a_root_is_not_placed_where_it_does_not_fit(void **state)
{
    struct unit *t = *state;
    uint64_t memory[4] = {0};
    struct tw_table *root = NULL;

    assert_error(TW_E_TABLE, tw_root_place(t->space, memory, 0, &root));
    assert_error(TW_E_TABLE, tw_root_place(t->space, memory, sizeof(struct tw_table) + 7, &root));
    assert_error(TW_E_TABLE,
                 tw_root_place(t->space, (char *)memory + 4, sizeof(struct tw_table) + 8, &root));
    assert_null(root);
    assert_done(tw_root_place(t->space, memory, sizeof(struct tw_table) + 8, &root));
    assert_int_equal(root->capacity, 1);
}

static void a_placed_root_writes_its_header_only(void **state)
{
    struct unit *t = *state;
    uint64_t memory[8];
    struct tw_table *root;

    memset(memory, 0x5a, sizeof(memory));
    assert_done(tw_root_place(t->space, memory, sizeof(memory), &root));
    assert_int_equal(root->capacity, 5);
    for (unsigned i = 3; i < 8; i++)
        assert_int_equal(memory[i], 0x5a5a5a5a5a5a5a5aULL);
}

static void a_mapped_id_walks_to_its_address_and_no_other_does(void **state)
{
    struct unit *t = *state;
    tw_id id = world_id(&t->world, 5, 7);
    assert_done(tw_map(t->space, t->root, id, 0x1000));
    assert_int_equal(unit_entry(t, t->root, id), 0x1000);
    assert_int_equal(unit_entry(t, t->root, id + 1), 0);
    assert_int_equal(unit_entry(t, t->root, id - 1), 0);
    assert_int_equal(unit_entry(t, t->root, world_id(&t->world, 6, 7)), 0);
}

static void first_and_last_id_of_a_full_root_can_be_mapped(void **state)
{
    struct unit *t = *state;
    struct tw_table *root;
    assert_done(tw_root_create(t->space, &root));
    assert_done(tw_map(t->space, root, 1, 0x1000));
    assert_done(tw_map(t->space, root, UINT32_MAX, 0x2000));
    assert_int_equal(unit_entry(t, root, 1), 0x1000);
    assert_int_equal(unit_entry(t, root, UINT32_MAX), 0x2000);
    assert_int_equal(unit_entry(t, root, UINT32_MAX - 1), 0);
    world_verify(&t->world, root);
    world_root_end(&t->world, root);
}

static void id_zero_is_refused_by_every_function(void **state)
{
    struct unit *t = *state;
    struct tw_step steps[TW_LEVELS_MAX];
    unsigned count;
    uint64_t value;
    assert_done(tw_map(t->space, t->root, 1, 0x1000));
    assert_error(TW_E_ID_ZERO, tw_map(t->space, t->root, 0, 0x1000));
    assert_error(TW_E_ID_ZERO, tw_replace(t->space, t->root, 0, 0x1000, NULL));
    assert_error(TW_E_ID_ZERO, tw_unmap(t->space, t->root, 0, NULL));
    assert_error(TW_E_ID_ZERO, tw_walk(t->space, t->root, 0, &value));
    assert_error(TW_E_ID_ZERO, tw_trace(t->space, t->root, 0, steps, &count));
}

static void an_id_beyond_a_short_root_is_out_of_range(void **state)
{
    struct unit *t = *state;
    tw_id id = (tw_id)WORLD_ROOT_MAX << (TW_ID_BITS - t->space->geometry.bits[0]);
    uint64_t value;
    assert_error(TW_E_RANGE, tw_map(t->space, t->root, id, 0x1000));
    assert_error(TW_E_RANGE, tw_replace(t->space, t->root, id, 0x1000, NULL));
    assert_error(TW_E_RANGE, tw_unmap(t->space, t->root, id, NULL));
    assert_error(TW_E_RANGE, tw_walk(t->space, t->root, id, &value));
    assert_error(TW_E_RANGE, tw_walk(t->space, t->root, UINT32_MAX, &value));
    assert_done(tw_map(t->space, t->root, id - 1, 0x1000));
}

static void an_empty_unit_and_an_empty_entry_are_not_present(void **state)
{
    struct unit *t = *state;
    uint64_t value = 77;
    for (int with_neighbour = 0; with_neighbour < 2; with_neighbour++) {
        assert_error(TW_E_NOT_PRESENT, tw_walk(t->space, t->root, 1, &value));
        assert_error(TW_E_NOT_PRESENT, tw_replace(t->space, t->root, 1, 0x1000, &value));
        assert_error(TW_E_NOT_PRESENT, tw_unmap(t->space, t->root, 1, &value));
        if (!with_neighbour)
            assert_done(tw_map(t->space, t->root, 2, 0x1000));
    }
    assert_int_equal(value, 77);
}

static void an_unmapped_entry_is_the_fault_address_to_the_unchecked_walk(void **state)
{
    struct unit *t = *state;
    assert_done(tw_map(t->space, t->root, 1, 0x1000));
    assert_int_equal(tw_walk_unchecked(tw_slots(t->root), 2, t->space->geometry), world_fault(2));
    assert_done(tw_unmap(t->space, t->root, 1, NULL));
    assert_int_equal(tw_walk_unchecked(tw_slots(t->root), 1, t->space->geometry), world_fault(1));
}

static void mapping_a_present_id_is_refused_and_changes_nothing(void **state)
{
    struct unit *t = *state;
    assert_done(tw_map(t->space, t->root, 9, 0x1000));
    assert_error(TW_E_PRESENT, tw_map(t->space, t->root, 9, 0x2000));
    assert_int_equal(unit_entry(t, t->root, 9), 0x1000);
}

static void address_zero_and_the_fault_address_cannot_be_mapped(void **state)
{
    struct unit *t = *state;
    assert_error(TW_E_ADDRESS, tw_map(t->space, t->root, 9, 0));
    assert_error(TW_E_ADDRESS, tw_map(t->space, t->root, 9, world_fault(9)));
    assert_done(tw_map(t->space, t->root, 9, 0x1000));
    assert_error(TW_E_ADDRESS, tw_replace(t->space, t->root, 9, 0, NULL));
    assert_error(TW_E_ADDRESS, tw_replace(t->space, t->root, 9, world_fault(9), NULL));
    assert_int_equal(unit_entry(t, t->root, 9), 0x1000);
}

static void replacing_gives_the_old_address_and_the_new_is_in_force(void **state)
{
    struct unit *t = *state;
    uint64_t old;
    assert_done(tw_map(t->space, t->root, 9, 0x1000));
    assert_done(tw_replace(t->space, t->root, 9, 0x2000, &old));
    assert_int_equal(old, 0x1000);
    assert_int_equal(unit_entry(t, t->root, 9), 0x2000);
    assert_done(tw_replace(t->space, t->root, 9, 0x3000, NULL));
    assert_int_equal(unit_entry(t, t->root, 9), 0x3000);
}

static void unmapping_gives_the_old_address_and_allows_mapping_again(void **state)
{
    struct unit *t = *state;
    uint64_t old;
    assert_done(tw_map(t->space, t->root, 9, 0x1000));
    assert_done(tw_unmap(t->space, t->root, 9, &old));
    assert_int_equal(old, 0x1000);
    assert_int_equal(unit_entry(t, t->root, 9), 0);
    assert_done(tw_map(t->space, t->root, 9, 0x2000));
    assert_int_equal(unit_entry(t, t->root, 9), 0x2000);
}

static void every_error_has_a_sentence_of_its_own(void **state)
{
    (void)state;
    const char *unknown = tw_error_text(-1000);
    for (int code = 0; code >= -12; code--) {
        assert_string_not_equal(tw_error_text(code), unknown);
        for (int other = 0; other > code; other--)
            assert_string_not_equal(tw_error_text(code), tw_error_text(other));
    }
    assert_string_equal(tw_error_text(-13), unknown);
    assert_string_equal(tw_error_text(1), unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_geometry_has_two_to_four_levels_and_32_bits),
        TEST(a_space_needs_a_fault_address_and_whole_memory_callbacks),
        TEST(a_created_root_has_full_capacity_and_is_empty),
        TEST(a_root_is_not_placed_where_it_does_not_fit),
        TEST(a_placed_root_writes_its_header_only),
        TEST(a_mapped_id_walks_to_its_address_and_no_other_does),
        TEST(first_and_last_id_of_a_full_root_can_be_mapped),
        TEST(id_zero_is_refused_by_every_function),
        TEST(an_id_beyond_a_short_root_is_out_of_range),
        TEST(an_empty_unit_and_an_empty_entry_are_not_present),
        TEST(an_unmapped_entry_is_the_fault_address_to_the_unchecked_walk),
        TEST(mapping_a_present_id_is_refused_and_changes_nothing),
        TEST(address_zero_and_the_fault_address_cannot_be_mapped),
        TEST(replacing_gives_the_old_address_and_the_new_is_in_force),
        TEST(unmapping_gives_the_old_address_and_allows_mapping_again),
        TEST(every_error_has_a_sentence_of_its_own),
    };
    return unit_run(tests, sizeof(tests) / sizeof(tests[0]));
}
