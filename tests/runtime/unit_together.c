/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_together.c - with `process` consistency no thread runs new functions before all can.
 */
#include "moving.h"

static struct rv_update *awaited;

static void commit_meanwhile(void)
{
    assert_int_equal(rv_update_commit(awaited), 0);
}

static void turn_meanwhile(void)
{
    rv_update_turn(awaited);
}

static void a_caller_outside_waits_until_all_run_new_functions(void **state)
{
    struct rv_update *update = awaited = moving_as(RV_CONSISTENCY_PROCESS);
    (void)state;
    fake.while_waiting = commit_meanwhile;
    assert_int_equal(call(0, 1), new_body(1));
    assert_int_equal(update->state, RV_UPDATE_COMMITTED);
    expect_side(1, 1);
}

static void a_caller_inside_an_old_function_waits_for_nobody(void **state)
{
    struct rv_update *update = moving_as(RV_CONSISTENCY_PROCESS);
    const int waits = fake.waits;
    (void)state;
    stand_in(made_body(&made, 5) + 3);
    expect_side(0, 0);
    assert_int_equal(fake.waits, waits);
    assert_false(rv_update_has_moved(update, 100));
    stand_in(0);
    assert_int_equal(rv_update_commit(update), 0);
}

static void giving_up_sends_those_who_wait_to_the_old_functions(void **state)
{
    struct rv_update *update = awaited = moving_as(RV_CONSISTENCY_PROCESS);
    (void)state;
    fake.while_waiting = turn_meanwhile;
    assert_int_equal(call(0, 1), made_body(&made, 1));
    assert_int_equal(rv_update_spans(update, NULL, 0), 0); /* nobody has anything to leave */
    expect_side(0, 0);
    expect_side(1, 0);
    assert_int_equal(rv_update_returned(update), 0);
    assert_int_equal(update->state, RV_UPDATE_ABORTED);
    expect_side(0, 0);
}

static void who_moves_the_others_does_not_wait_for_itself(void **state)
{
    struct rv_update *update = moving_as(RV_CONSISTENCY_PROCESS);
    (void)state;
    expect_side(0, 0); /* the fake one must not wait */
    assert_int_equal(rv_update_commit(update), 0);
    expect_side(0, 1);
}

static void a_revert_of_a_process_waits_too(void **state)
{
    struct rv_update *update = awaited = moving_as(RV_CONSISTENCY_PROCESS), *reverting;
    (void)state;
    assert_int_equal(rv_update_commit(update), 0);
    assert_int_equal(rv_update_revert(update->id, RV_CONSISTENCY_PROCESS, 2, &reverting), 0);
    rv_update_mark(update);
    fake.while_waiting = commit_meanwhile;
    assert_int_equal(call(0, 1), made_body(&made, 1));
    assert_int_equal(update->state, RV_UPDATE_REVERTED);
}

static void a_fork_gives_up_in_the_child_what_everybody_waits_for(void **state)
{
    struct rv_update *update = moving_as(RV_CONSISTENCY_PROCESS);
    (void)state;
    expect_side(0, 0);
    rv_platform_lock();
    rv_updates_in_child_locked();
    rv_platform_unlock();
    assert_int_equal(update->state, RV_UPDATE_ABORTED);
    expect_side(0, 0);
}

/* ---- closed: nobody is inside, all who call wait, and live objects may be converted ---- */

static int is_writable(const struct rv_update *update)
{
    return update->image->relro.depth || rv_root_window.depth;
}

static int lasts;

static void count_last(void)
{
    lasts++;
}

static struct rv_update *closed(void)
{
    struct rv_update *update = moving_as(RV_CONSISTENCY_PROCESS);

    lasts = 0;
    rv_update_mark(update);
    assert_int_equal(rv_update_close(update), 0);
    return update;
}

static void the_tables_are_read_only_while_a_closed_update_waits(void **state)
{
    struct rv_update *update = closed();
    (void)state;
    assert_false(is_writable(update));
    assert_int_equal(rv_update_commit_closed(update, count_last), 0);
    assert_false(is_writable(update));
    assert_int_equal(lasts, 1);
    expect_side(0, 1);
}

static void a_closed_update_that_turns_leaves_the_tables_read_only(void **state)
{
    struct rv_update *update = closed();
    (void)state;
    rv_update_turn(update);
    assert_false(is_writable(update));
    assert_int_equal(rv_update_returned(update), 0);
    assert_false(is_writable(update));
    expect_side(0, 0);
}

static void
if_the_tables_cannot_be_opened_a_closed_update_waits_and_nothing_is_converted(void **state)
{
    struct rv_update *update = closed();
    (void)state;
    fake.fail_after = 0;
    assert_int_equal(rv_update_commit_closed(update, count_last), RV_EPROTECT);
    fake.fail_after = -1;
    assert_int_equal(lasts, 0);
    assert_int_equal(update->state, RV_UPDATE_MOVING);
    assert_int_equal(rv_update_commit_closed(update, count_last), 0);
    assert_int_equal(lasts, 1);
    expect_side(0, 1);
}

static void a_fork_gives_up_a_closed_update_in_the_child(void **state)
{
    struct rv_update *update = closed();
    (void)state;
    rv_platform_lock();
    rv_updates_in_child_locked();
    rv_platform_unlock();
    assert_int_equal(update->state, RV_UPDATE_ABORTED);
    assert_false(is_writable(update));
    expect_side(0, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, moving_set_up, moving_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_caller_outside_waits_until_all_run_new_functions),
        TEST(a_caller_inside_an_old_function_waits_for_nobody),
        TEST(giving_up_sends_those_who_wait_to_the_old_functions),
        TEST(who_moves_the_others_does_not_wait_for_itself),
        TEST(a_revert_of_a_process_waits_too),
        TEST(a_fork_gives_up_in_the_child_what_everybody_waits_for),
        TEST(the_tables_are_read_only_while_a_closed_update_waits),
        TEST(a_closed_update_that_turns_leaves_the_tables_read_only),
        TEST(if_the_tables_cannot_be_opened_a_closed_update_waits_and_nothing_is_converted),
        TEST(a_fork_gives_up_a_closed_update_in_the_child),
    };
    return cmocka_run_group_tests_name("together", tests, core_start, NULL);
}
