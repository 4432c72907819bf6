/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_transition.c - threads move from one side of an update to the other and back.
 *
 * With `thread` consistency; unit_together.c has `process`.
 */
#include "moving.h"
#include "arch.h"
#include "transition.h"

static void a_thread_outside_moves_with_its_first_call(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    assert_false(rv_update_has_moved(update, 100));
    expect_side(0, 1);
    assert_true(rv_update_has_moved(update, 100));
    assert_false(rv_update_has_moved(update, 101));
    rv_update_commit(update);
    expect_side(0, 1);
}

static void a_thread_inside_an_old_function_goes_on_with_old_ones(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    stand_in(made_body(&made, 5) + 3);
    expect_side(0, 0);
    stand_in(0);
    expect_side(0, 1); /* it has returned */
    stand_in(made_body(&made, 5) + 3);
    expect_side(0, 1); /* once moved, always moved */
    rv_update_commit(update);
}

static void a_thread_interrupted_in_an_old_stub_counts_as_inside(void **state)
{
    struct rv_update *update = moving();
    const uintptr_t stub = (uintptr_t)RV_TARGET(const void, made.methods[1].entry);
    (void)state;
    stand_in(stub + 2);
    expect_side(0, 0);
    stand_in(stub); /* it has loaded nothing yet */
    expect_side(0, 1);
    rv_update_commit(update);
}

static void code_of_methods_that_are_not_replaced_does_not_count(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    stand_in(made_body(&made, 4));
    expect_side(0, 1);
    rv_update_commit(update);
}

static void a_stack_that_cannot_be_read_keeps_the_thread_where_it_is(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    fake.stack_error = -1;
    expect_side(0, 0);
    fake.stack_error = 0;
    rv_update_mark(update);
    expect_side(0, 1);
    assert_int_equal(rv_update_commit(update), 0);
}

static void threads_move_one_by_one(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    stand_in(made_body(&made, 1));
    expect_side(1, 0);
    expect_side(0, 1);
    stand_in(0);
    expect_side(1, 1);
    rv_update_commit(update);
}

static void after_turning_those_that_moved_go_back_when_they_have_left(void **state)
{
    struct rv_update *update = moving();
    const uint32_t id = update->id;
    (void)state;
    expect_side(0, 1);
    rv_update_turn(update);
    assert_false(rv_update_has_moved(update, 100));
    stand_in(new_body(5) + 3);
    expect_side(0, 1); /* inside a new function */
    expect_side(1, 0); /* it had never moved */
    stand_in(0);
    expect_side(0, 0);
    assert_true(rv_update_has_moved(update, 100));
    rv_update_returned(update);
    assert_int_equal(update->state, RV_UPDATE_ABORTED);
    expect_side(0, 0);
    expect_side(1, 0);
    assert_true(core_collect() > 0);
    assert_int_equal(rv_update_forget(id), 0);
}

static void reverting_moves_threads_too(void **state)
{
    struct rv_update *update = moving(), *reverting;
    (void)state;
    rv_update_commit(update);
    stand_in(new_body(1) + 1);
    assert_int_equal(rv_update_revert(update->id, RV_CONSISTENCY_THREAD, 2, &reverting), 0);
    assert_ptr_equal(reverting, update);
    expect_side(0, 1);
    stand_in(0);
    expect_side(0, 0);
    rv_update_commit(update);
    assert_int_equal(update->state, RV_UPDATE_REVERTED);
    expect_side(1, 0);
}

static void a_revert_that_is_given_up_leaves_the_update_in_force(void **state)
{
    struct rv_update *update = moving(), *reverting;
    (void)state;
    rv_update_commit(update);
    assert_int_equal(rv_update_revert(update->id, RV_CONSISTENCY_THREAD, 2, &reverting), 0);
    expect_side(0, 0);
    rv_update_turn(update);
    expect_side(0, 1);
    rv_update_returned(update);
    assert_int_equal(update->state, RV_UPDATE_COMMITTED);
    expect_side(1, 1);
}

static void giving_up_a_revert_leaves_a_newer_updates_functions_in_force(void **state)
{
    struct rv_update *update = moving(), *reverting, *newer;
    (void)state;
    assert_int_equal(rv_update_commit(update), 0);
    newer = core_staged(&made, "two", 6, new_body(9));
    assert_int_equal(rv_update_check(newer), 0);
    assert_int_equal(rv_update_transition(newer, RV_CONSISTENCY_CALL, 2), 0);
    assert_int_equal(rv_update_commit(newer), 0);
    assert_int_equal(rv_update_revert(update->id, RV_CONSISTENCY_THREAD, 2, &reverting), 0);
    rv_update_mark(update);
    rv_update_turn(update);
    rv_update_mark(update);
    assert_int_equal(rv_update_returned(update), 0);
    assert_int_equal(call(0, 6), new_body(9));
    assert_int_equal(call(0, 1), new_body(1));
}

static void nothing_else_begins_while_threads_move(void **state)
{
    struct rv_update *update = moving(), *other;
    (void)state;
    assert_int_equal(rv_update_begin(core_state(&made), "two", NULL, &other), RV_EBUSY);
    assert_int_equal(rv_update_revert(update->id, RV_CONSISTENCY_CALL, 2, &other), RV_EBUSY);
    rv_update_commit(update);
}

static void a_call_on_its_way_when_the_commit_comes_reaches_the_new_body(void **state)
{
    struct rv_update *update = moving();
    const uint64_t *hold = (const uint64_t *)(uintptr_t)made.slots[0].leaf;
    (void)state;
    rv_update_commit(update);
    assert_int_equal(rv_fault_handle(hold, 1), new_body(1));
}

static void a_fork_leaves_the_child_on_the_side_of_its_thread(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    rv_platform_lock();
    rv_updates_in_child_locked();
    rv_platform_unlock();
    assert_int_equal(update->state, RV_UPDATE_COMMITTED);
    expect_side(0, 1);
}

static void a_fork_by_a_thread_that_has_not_moved_ends_the_update(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    fake.thread = 1;
    rv_platform_lock();
    rv_updates_in_child_locked();
    rv_platform_unlock();
    assert_int_equal(update->state, RV_UPDATE_ABORTED);
    expect_side(1, 0);
}

static void fork_with_parked(uint32_t stage)
{
    fake.parked_count = 1;
    fake.parked[0].stage = stage;
    rv_platform_lock();
    rv_updates_in_child_locked();
    rv_platform_unlock();
    fake.parked_count = 0;
}

static void a_fork_with_parked_stacks_that_have_all_moved_ends_at_once(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    fork_with_parked(fake.side[0].stage);
    assert_int_equal(update->state, RV_UPDATE_COMMITTED);
}

static void a_fork_with_a_parked_stack_that_has_not_moved_goes_on(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    fork_with_parked(0);
    assert_int_equal(update->state, RV_UPDATE_MOVING);
    expect_side(0, 1);
    fake.thread = 1; /* somebody is on that stack now */
    stand_in(made_body(&made, 1));
    expect_side(1, 0);
    stand_in(0);
    expect_side(1, 1);
    assert_int_equal(rv_update_commit(update), 0);
}

static void a_fork_by_a_thread_that_has_not_moved_goes_on_if_a_parked_stack_has(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    fake.thread = 1;
    fork_with_parked(fake.side[0].stage);
    assert_int_equal(update->state, RV_UPDATE_MOVING);
    rv_update_turn(update);
    assert_int_equal(rv_update_returned(update), 0);
    assert_int_equal(update->state, RV_UPDATE_ABORTED);
}

static void a_fork_on_the_way_back_goes_on_while_a_parked_stack_is_new(void **state)
{
    struct rv_update *update = moving();
    uint32_t stage;
    (void)state;
    expect_side(0, 1);
    stage = fake.side[0].stage;
    rv_update_turn(update);
    expect_side(0, 0);
    fork_with_parked(stage);
    assert_int_equal(update->state, RV_UPDATE_RETURNING);
    assert_int_equal(rv_update_returned(update), 0);
    assert_int_equal(update->state, RV_UPDATE_ABORTED);
}

static void a_fork_during_a_roll_call_ends_it(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    assert_int_equal(rv_update_roll_call(update, 1), 0);
    fork_with_parked(0);
    assert_int_equal(made_call(&made, 4), made_body(&made, 4));
    assert_int_equal(rv_update_commit(update), 0);
}

static void a_fork_forgets_what_threads_that_are_gone_have_noted(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    assert_true(rv_update_has_moved(update, 100));
    fork_with_parked(0);
    assert_false(rv_update_has_moved(update, 100));
    assert_int_equal(rv_update_commit(update), 0);
}

static void a_commit_that_cannot_open_the_tables_changes_nothing_and_is_tried_again(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    fake.fail_after = 0;
    assert_int_equal(rv_update_commit(update), RV_EPROTECT);
    fake.fail_after = -1;
    assert_int_equal(update->state, RV_UPDATE_MOVING);
    stand_in(made_body(&made, 1));
    expect_side(1, 0);
    expect_side(0, 1);
    stand_in(0);
    assert_int_equal(rv_update_commit(update), 0);
    expect_side(1, 1);
}

static void spans_end_where_the_next_function_begins(void **state)
{
    struct rv_update *update = moving();
    struct rv_span spans[16];
    uint32_t count = rv_update_spans(update, spans, 16);
    (void)state;
    assert_int_equal(count, 2 * 3 + 2); /* a body and a stub each; the tables of two units */
    for (uint32_t n = 0; n < count; n++) {
        assert_true(spans[n].start < spans[n].end);
        assert_true(n == 0 || spans[n - 1].end <= spans[n].start);
        assert_true(!spans[n].method || spans[n].end - spans[n].start <= 16);
    }
    rv_update_commit(update);
}

static void a_thread_that_cannot_tell_and_was_counted_keeps_the_commit_back(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    fake.stack_error = -1; /* a signal handler, in a thread that was seen outside */
    expect_side(0, 0);
    assert_int_equal(rv_update_commit(update), RV_EBUSY);
    assert_int_equal(update->state, RV_UPDATE_MOVING);
    expect_side(0, 0);
    fake.stack_error = 0;
    rv_update_mark(update);
    expect_side(0, 1);
    assert_int_equal(rv_update_commit(update), 0);
}

static void the_same_keeps_an_update_from_having_returned(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    rv_update_turn(update);
    rv_update_mark(update);
    fake.stack_error = -1;
    expect_side(0, 1);
    assert_int_equal(rv_update_returned(update), RV_EBUSY);
    fake.stack_error = 0;
    rv_update_mark(update);
    expect_side(0, 0);
    assert_int_equal(rv_update_returned(update), 0);
}

static void after_turning_a_thread_that_never_set_out_is_back_at_once(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    assert_false(rv_update_has_moved(update, 101)); /* it only computes, say */
    rv_update_turn(update);
    rv_update_mark(update);
    assert_true(rv_update_has_moved(update, 101));
    assert_false(rv_update_has_moved(update, 100)); /* it may be in a new function */
    expect_side(1, 0);
    expect_side(0, 0);
    assert_int_equal(rv_update_returned(update), 0);
    assert_int_equal(update->state, RV_UPDATE_ABORTED);
}

static struct rv_update *to_turn;

static void turn_it(void)
{
    fake.while_looking = NULL;
    rv_update_turn(to_turn);
}

static void a_thread_that_looks_at_itself_when_it_is_turned_stays_on_the_old_side(void **state)
{
    struct rv_update *update = to_turn = moving();
    (void)state;
    fake.while_looking = turn_it;
    assert_int_equal(call(0, 1), made_body(&made, 1));
    assert_int_equal(update->state, RV_UPDATE_RETURNING);
    assert_true(rv_update_has_moved(update, 100));
    expect_side(0, 0);
    assert_int_equal(rv_update_returned(update), 0);
}

static void in_the_child_of_a_fork_every_thread_may_have_set_out(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    fork_with_parked(0);
    assert_int_equal(update->state, RV_UPDATE_MOVING);
    rv_update_turn(update);
    assert_false(
        rv_update_has_moved(update, 102)); /* the thread that forked, with its new number */
    expect_side(0, 0);
    assert_int_equal(rv_update_returned(update), 0);
}

/* At each call of the platform in turn: the update is given up, and nothing has changed. */
static void a_failure_anywhere_changes_nothing(void **state)
{
    int failures = 0;
    (void)state;
    for (int n = 0;; n++) {
        struct rv_update *update = core_staged(&made, "one", 1, new_body(1));
        int error;
        assert_int_equal(rv_update_check(update), 0);
        fake.fail_after = n;
        error = rv_update_transition(update, RV_CONSISTENCY_THREAD, 2);
        fake.fail_after = -1;
        if (!error) {
            rv_update_commit(update);
            break;
        }
        failures++;
        assert_int_equal(call(0, 1), made_body(&made, 1));
        rv_update_abort(update);
    }
    assert_true(failures >= 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, moving_set_up, moving_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_thread_outside_moves_with_its_first_call),
        TEST(a_thread_inside_an_old_function_goes_on_with_old_ones),
        TEST(a_thread_interrupted_in_an_old_stub_counts_as_inside),
        TEST(code_of_methods_that_are_not_replaced_does_not_count),
        TEST(a_stack_that_cannot_be_read_keeps_the_thread_where_it_is),
        TEST(threads_move_one_by_one),
        TEST(after_turning_those_that_moved_go_back_when_they_have_left),
        TEST(after_turning_a_thread_that_never_set_out_is_back_at_once),
        TEST(a_thread_that_looks_at_itself_when_it_is_turned_stays_on_the_old_side),
        TEST(in_the_child_of_a_fork_every_thread_may_have_set_out),
        TEST(reverting_moves_threads_too),
        TEST(a_revert_that_is_given_up_leaves_the_update_in_force),
        TEST(giving_up_a_revert_leaves_a_newer_updates_functions_in_force),
        TEST(nothing_else_begins_while_threads_move),
        TEST(a_call_on_its_way_when_the_commit_comes_reaches_the_new_body),
        TEST(a_fork_leaves_the_child_on_the_side_of_its_thread),
        TEST(a_fork_by_a_thread_that_has_not_moved_ends_the_update),
        TEST(a_fork_with_parked_stacks_that_have_all_moved_ends_at_once),
        TEST(a_fork_with_a_parked_stack_that_has_not_moved_goes_on),
        TEST(a_fork_by_a_thread_that_has_not_moved_goes_on_if_a_parked_stack_has),
        TEST(a_fork_on_the_way_back_goes_on_while_a_parked_stack_is_new),
        TEST(a_fork_during_a_roll_call_ends_it),
        TEST(a_fork_forgets_what_threads_that_are_gone_have_noted),
        TEST(a_commit_that_cannot_open_the_tables_changes_nothing_and_is_tried_again),
        TEST(spans_end_where_the_next_function_begins),
        TEST(a_thread_that_cannot_tell_and_was_counted_keeps_the_commit_back),
        TEST(the_same_keeps_an_update_from_having_returned),
        TEST(a_failure_anywhere_changes_nothing),
    };
    return cmocka_run_group_tests_name("transition", tests, core_start, NULL);
}
