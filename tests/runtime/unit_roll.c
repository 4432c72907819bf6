/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_roll.c - a roll call: whatever a thread calls, it looks at itself and answers.
 */
#include "moving.h"

static void a_roll_call_moves_a_thread_that_calls_something_else(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    assert_int_equal(call(0, 4), made_body(&made, 4));
    assert_false(rv_update_has_moved(update, 100));
    assert_int_equal(rv_update_roll_call(update, 1), 0);
    assert_true(is_thunk(4, made_call(&made, 4)));
    assert_int_equal(call(0, 4), made_body(&made, 4)); /* it is not replaced */
    assert_true(rv_update_has_moved(update, 100));
    stand_in(made_body(&made, 1));
    assert_int_equal(call(1, 4), made_body(&made, 4));
    assert_false(rv_update_has_moved(update, 101)); /* it is inside */
    stand_in(0);
    assert_int_equal(rv_update_roll_call(update, 0), 0);
    assert_int_equal(made_call(&made, 4), made_body(&made, 4));
    expect_side(0, 1);
    rv_update_commit(update);
    expect_side(1, 1);
}

static void who_answers_a_roll_call_again_and_again_pushes_nobody_out(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    assert_int_equal(rv_update_roll_call(update, 1), 0);
    for (int n = 0; n < 10000; n++)
        assert_int_equal(call(1, 4), made_body(&made, 4));
    assert_true(rv_update_has_moved(update, 100));
    assert_true(rv_update_has_moved(update, 101));
    assert_int_equal(rv_update_roll_call(update, 0), 0);
    rv_update_commit(update);
}

static void who_is_pushed_out_by_many_is_there_again_with_its_next_answer(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    assert_int_equal(rv_update_roll_call(update, 1), 0);
    for (int n = 0; n < FAKE_THREADS; n++)
        assert_int_equal(call(n, 4), made_body(&made, 4));
    assert_false(rv_update_has_moved(update, 100));
    assert_int_equal(call(0, 4), made_body(&made, 4));
    assert_true(rv_update_has_moved(update, 100));
    assert_int_equal(rv_update_roll_call(update, 0), 0);
    rv_update_commit(update);
}

static void a_commit_ends_a_roll_call(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    assert_int_equal(rv_update_roll_call(update, 1), 0);
    rv_update_commit(update);
    assert_int_equal(made_call(&made, 4), made_body(&made, 4));
    assert_int_equal(made_call(&made, 5), new_body(5));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, moving_set_up, moving_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_roll_call_moves_a_thread_that_calls_something_else),
        TEST(who_answers_a_roll_call_again_and_again_pushes_nobody_out),
        TEST(who_is_pushed_out_by_many_is_there_again_with_its_next_answer),
        TEST(a_commit_ends_a_roll_call),
    };
    return cmocka_run_group_tests_name("roll", tests, core_start, NULL);
}
