/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_held.c - where a thread that has not moved was last seen, which is for people only.
 */
#include "moving.h"
#include "transition.h"

/* The number that rv_update_spans gives to that method's body. */
static uint32_t span_of(const struct rv_update *update, int method)
{
    struct rv_span spans[16];
    const uint32_t count = rv_update_spans(update, spans, 16);
    uint32_t n = 0;

    while (n < count && spans[n].start != made_body(&made, method))
        n++;
    assert_true(n < count);
    return n;
}

static void a_thread_that_finds_itself_inside_leaves_where(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    assert_null(rv_update_held(update, 100));
    stand_in(made_body(&made, 5) + 3);
    expect_side(0, 0);
    assert_ptr_equal(rv_update_held(update, 100), &made.methods[5]);
    assert_null(rv_update_held(update, 101));
    stand_in(0);
    expect_side(0, 1);
    rv_update_commit(update);
}

static void who_sees_a_thread_last_says_where_it_was(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    rv_update_note_held(update, 100, span_of(update, 1));
    assert_ptr_equal(rv_update_held(update, 100), &made.methods[1]);
    stand_in(made_body(&made, 5) + 3);
    expect_side(0, 0);
    assert_ptr_equal(rv_update_held(update, 100), &made.methods[5]);
    rv_update_note_held(update, 100, span_of(update, 1));
    assert_ptr_equal(rv_update_held(update, 100), &made.methods[1]);
    rv_update_commit(update);
}

static void a_place_that_threads_share_is_whose_came_last(void **state)
{
    const int32_t far = 1 << 20;
    struct rv_update *update = moving();
    int shared = 0;
    (void)state;
    rv_update_note_held(update, 100, span_of(update, 5));
    for (int32_t thread = far; thread < far + 4096; thread++) {
        rv_update_note_held(update, thread, span_of(update, 1));
        assert_ptr_equal(rv_update_held(update, thread), &made.methods[1]);
        shared += !rv_update_held(update, 100);
    }
    assert_true(shared); /* there are fewer places; nobody is said to be where another one is */
    rv_update_commit(update);
}

static void where_a_thread_was_on_the_way_there_says_nothing_on_the_way_back(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(1, 1);
    stand_in(made_body(&made, 5) + 3);
    expect_side(0, 0);
    rv_update_turn(update);
    assert_null(rv_update_held(update, 100));
    stand_in(new_body(1) + 3);
    expect_side(1, 1);
    assert_ptr_equal(rv_update_held(update, 101), &made.methods[1]);
    stand_in(0);
    expect_side(1, 0);
    assert_int_equal(rv_update_returned(update), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, moving_set_up, moving_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_thread_that_finds_itself_inside_leaves_where),
        TEST(who_sees_a_thread_last_says_where_it_was),
        TEST(a_place_that_threads_share_is_whose_came_last),
        TEST(where_a_thread_was_on_the_way_there_says_nothing_on_the_way_back),
    };
    return cmocka_run_group_tests_name("held", tests, core_start, NULL);
}
