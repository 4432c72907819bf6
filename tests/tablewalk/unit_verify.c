/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_verify.c - each invariant is broken by hand, and tw_verify names it and the
 * place; then the damage is undone.
 */
#include "unit.h"

#include <string.h>

/* The tables on the path of `id`, which is present: [0] the leaf, upwards to the root. */
struct path {
    tw_id id;
    uint32_t index;
    struct tw_table *leaf, *root;
    struct tw_table *directory; /* just above the leaf: the root, with two levels */
};

static struct path path_of(struct unit *t)
{
    struct path path = {.id = world_id(&t->world, 1, 7), .index = 7, .root = t->root};
    struct tw_step steps[TW_LEVELS_MAX];
    unsigned count;

    assert_done(tw_map(t->space, t->root, path.id, 0x1000));
    assert_done(tw_trace(t->space, t->root, path.id, steps, &count));
    path.leaf = (struct tw_table *)steps[count - 1].table;
    path.directory = (struct tw_table *)steps[count - 2].table;
    return path;
}

/* Damages `field` (any lvalue of a table), expects the finding, and heals it. */
#define BREAK(t, field, value, number, where)                                                      \
    do {                                                                                           \
        __typeof__(field) healthy_ = (field);                                                      \
        world_lay_open(&(t)->world);                                                               \
        (field) = (value);                                                                         \
        expect_finding(t, number, where);                                                          \
        (field) = healthy_;                                                                        \
        world_verify(&(t)->world, (t)->root);                                                      \
    } while (0)

static struct tw_finding last;

static void expect_finding(struct unit *t, unsigned invariant, const struct tw_table *where)
{
    assert_error(TW_E_BROKEN, tw_verify(t->space, t->root, &last));
    assert_int_equal(last.invariant, invariant);
    assert_ptr_equal(last.table, where);
}

static void a_sound_tree_has_no_finding(void **state)
{
    struct unit *t = *state;
    struct tw_finding finding = {.invariant = 99};
    path_of(t);
    assert_done(tw_verify(t->space, t->root, &finding));
    assert_int_equal(finding.invariant, 0);
}

static void invariant_1_geometry(void **state)
{
    struct unit *t = *state;
    struct path path = path_of(t);
    BREAK(t, t->world.space.geometry.bits[0], 3, 1, path.root);
}

static void invariant_2_levels(void **state)
{
    struct unit *t = *state;
    struct path path = path_of(t);
    BREAK(t, path.root->level, 0, 2, path.root);
    BREAK(t, path.leaf->level, 1, 2, path.leaf);
    assert_int_equal(last.first, world_id(&t->world, 1, 0));
}

static void invariant_3_alignment(void **state)
{
    struct unit *t = *state;
    struct path path = path_of(t);
    uint64_t *slot = &tw_slots(path.directory)[1];
    BREAK(t, *slot, *slot + 4, 3, (struct tw_table *)((char *)path.leaf + 4));
}

static void invariant_4_capacity(void **state)
{
    struct unit *t = *state;
    struct path path = path_of(t);
    BREAK(t, path.root->capacity, 0, 4, path.root);
    BREAK(t, path.leaf->capacity, path.leaf->capacity + 1, 4, path.leaf);
}

static void invariant_5_full_directories(void **state)
{
    struct unit *t = *state;
    struct path path = path_of(t);
    if (path.directory == path.root)
        return; /* two levels have no directory below the root */
    BREAK(t, path.directory->capacity, 100, 5, path.directory);
}

static void invariant_6_used_within_capacity(void **state)
{
    struct unit *t = *state;
    struct path path = path_of(t);
    BREAK(t, path.root->used, path.root->capacity + 1, 6, path.root);
    BREAK(t, path.leaf->used, path.leaf->capacity + 1, 6, path.leaf);
}

static void invariant_7_empty_above_used(void **state)
{
    struct unit *t = *state;
    struct path path = path_of(t);
    BREAK(t, path.leaf->used, path.index, 7, path.leaf);
    assert_int_equal(last.index, path.index);
    assert_int_equal(last.first, path.id);
    BREAK(t, path.root->used, 0, 7, path.root);
}

static void invariant_8_no_entry_is_zero(void **state)
{
    struct unit *t = *state;
    struct path path = path_of(t);
    BREAK(t, tw_slots(path.leaf)[path.index], 0, 8, path.leaf);
    assert_int_equal(last.first, path.id);
    BREAK(t, tw_slots(path.leaf)[path.leaf->capacity - 1], 0, 8, path.leaf);
}

static void invariant_9_id_zero_faults(void **state)
{
    struct unit *t = *state;
    struct tw_table *leaf;
    assert_done(tw_map(t->space, t->root, 1, 0x1000));
    assert_done(tw_leaf_at(t->space, t->root, 0, &leaf));
    BREAK(t, tw_slots(leaf)[0], 0x2000, 9, leaf);
}

static void invariant_10_references(void **state)
{
    struct unit *t = *state;
    struct path path = path_of(t);
    BREAK(t, path.root->refs, 0, 10, path.root);
    BREAK(t, path.leaf->refs, 0, 10, path.leaf);
}

static void invariant_11_borrowed_tables(void **state)
{
    struct unit *t = *state;
    struct path path = path_of(t);
    if (path.directory == path.root)
        return; /* two levels have no directory below the root */
    BREAK(t, path.directory->flags, TW_TABLE_BORROWED, 11, path.directory);
}

static void invariant_12_flags_and_reserved_bits(void **state)
{
    struct unit *t = *state;
    struct path path = path_of(t);
    BREAK(t, path.leaf->flags, 0x80, 12, path.leaf);
    BREAK(t, path.root->reserved, 1, 12, path.root);
}

static void every_invariant_has_a_sentence_of_its_own(void **state)
{
    (void)state;
    for (unsigned number = 1; number <= 13; number++)
        for (unsigned other = 0; other < number; other++)
            assert_true(other == 0 && number == 13
                            ? !strcmp(tw_invariant_text(other), tw_invariant_text(number))
                            : strcmp(tw_invariant_text(other), tw_invariant_text(number)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sound_tree_has_no_finding),
        TEST(invariant_1_geometry),
        TEST(invariant_2_levels),
        TEST(invariant_3_alignment),
        TEST(invariant_4_capacity),
        TEST(invariant_5_full_directories),
        TEST(invariant_6_used_within_capacity),
        TEST(invariant_7_empty_above_used),
        TEST(invariant_8_no_entry_is_zero),
        TEST(invariant_9_id_zero_faults),
        TEST(invariant_10_references),
        TEST(invariant_11_borrowed_tables),
        TEST(invariant_12_flags_and_reserved_bits),
        TEST(every_invariant_has_a_sentence_of_its_own),
    };
    return unit_run(tests, sizeof(tests) / sizeof(tests[0]));
}
