/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_guard.c - an update whose code has crashed is taken back from calls at once.
 *
 * Methods 1 and 5 are of `walk` units, 6 of a `leaf` unit; see moving.h.
 */
#include "moving.h"
#include "guard.h"

static int take_back(uint32_t id)
{
    int error;

    assert_true(rv_platform_try_lock());
    error = rv_guard_take_back_locked(id);
    rv_platform_unlock();
    return error;
}

static uint32_t commit(const char *name, int shift)
{
    return core_update(&made, name, 1, new_body(1) + (unsigned)shift, 6,
                       new_body(6) + (unsigned)shift, -1);
}

static void expect_shift(int shift)
{
    assert_int_equal(call(0, 1), new_body(1) + (unsigned)shift);
    assert_int_equal(call(0, 6), new_body(6) + (unsigned)shift);
}

static void expect_first(void)
{
    assert_int_equal(call(0, 1), made_body(&made, 1));
    assert_int_equal(call(0, 6), made_body(&made, 6));
}

static void calls_go_to_first_bodies_and_a_revert_still_works(void **state)
{
    const uint32_t id = commit("one", 0);
    struct rv_update *update;
    (void)state;
    expect_shift(0);
    assert_int_equal(take_back(id), 0);
    expect_first();
    assert_int_equal(rv_update_revert(id, RV_CONSISTENCY_CALL, 1, &update), 0);
    expect_first();
    assert_int_equal(update->state, RV_UPDATE_REVERTED);
}

static void calls_go_to_the_update_below(void **state)
{
    (void)state;
    commit("below", 0);
    assert_int_equal(take_back(commit("above", 32)), 0);
    expect_shift(0);
}

static void an_update_above_stays_in_force_and_does_not_uncover_it(void **state)
{
    const uint32_t below = commit("below", 0), above = commit("above", 32);
    struct rv_update *update;
    (void)state;
    assert_int_equal(take_back(below), 0);
    expect_shift(32);
    assert_int_equal(rv_update_revert(above, RV_CONSISTENCY_CALL, 1, &update), 0);
    expect_first();
}

static void a_later_update_does_not_bring_it_back(void **state)
{
    const uint32_t id = commit("one", 0);
    (void)state;
    assert_int_equal(take_back(id), 0);
    core_update(&made, "other", 0, (uint64_t)0x70000, -1); /* of the same unit as method 1 */
    expect_first();
}

static void one_that_is_under_way_does_not_bring_it_back(void **state)
{
    const uint32_t id = core_update(&made, "one", 0, (uint64_t)0x70000, 7, (uint64_t)0x71000, -1);
    struct rv_update *update = moving();
    (void)state;
    assert_int_equal(call(0, 0), 0x70000);
    assert_int_equal(take_back(id), 0);
    assert_int_equal(call(0, 0), made_body(&made, 0));
    expect_side(0, 1);
    assert_int_equal(rv_update_commit(update), 0);
    assert_int_equal(call(0, 0), made_body(&made, 0));
    assert_int_equal(call(0, 7), made_body(&made, 7));
    expect_side(0, 1);
}

static void threads_that_move_away_from_it_do_not_run_it_before(void **state)
{
    const uint32_t id = core_update(&made, "one", 1, (uint64_t)0x70000, -1);
    struct rv_update *update = moving();
    (void)state;
    stand_in(0x70000 + 3);
    assert_int_equal(call(0, 1), 0x70000);
    assert_int_equal(take_back(id), 0);
    assert_int_equal(call(0, 1), made_body(&made, 1));
    stand_in(0);
    assert_int_equal(call(0, 1), new_body(1));
    assert_int_equal(rv_update_commit(update), 0);
}

static void one_that_threads_are_moving_to_is_taken_from_those_that_have_moved(void **state)
{
    struct rv_update *update = moving();
    (void)state;
    expect_side(0, 1);
    assert_int_equal(take_back(update->id), 0);
    expect_side(0, 0);
    expect_side(1, 0);
    rv_update_turn(update);
    expect_side(0, 0);
    assert_int_equal(rv_update_returned(update), 0);
    assert_int_equal(update->state, RV_UPDATE_ABORTED);
    expect_side(0, 0);
}

static void nothing_is_allocated(void **state)
{
    const uint32_t id = commit("one", 0);
    const long pieces = fake.pieces, pages = fake.pages;
    (void)state;
    assert_int_equal(take_back(id), 0);
    assert_int_equal(fake.pieces, pieces);
    assert_int_equal(fake.pages, pages);
}

static void a_platform_that_refuses_is_told_and_the_rest_is_taken_back(void **state)
{
    const uint32_t id = commit("one", 0);
    (void)state;
    fake.fail_after = 0;
    assert_int_equal(take_back(id), RV_EPROTECT);
    assert_int_equal(call(0, 1), new_body(1));
    assert_int_equal(call(0, 6), made_body(&made, 6));
}

static void what_is_over_is_not_taken_back(void **state)
{
    const uint32_t id = commit("one", 0);
    struct rv_update *update;
    (void)state;
    assert_int_equal(rv_update_revert(id, RV_CONSISTENCY_CALL, 1, &update), 0);
    assert_int_equal(take_back(id), RV_ENOUPDATE);
    assert_int_equal(take_back(id + 1), RV_ENOUPDATE);
}

static const struct rv_method *method_at(uint32_t id, uintptr_t pc, uintptr_t *offset)
{
    const struct rv_method *method;

    rv_platform_lock();
    method = rv_guard_method_locked(id, pc, offset);
    rv_platform_unlock();
    return method;
}

static void an_address_is_told_by_method(void **state)
{
    const uint32_t id = commit("one", 0);
    uintptr_t offset = 0;
    (void)state;
    assert_ptr_equal(method_at(id, new_body(6) + 5, &offset), &made.methods[6]);
    assert_int_equal(offset, 5);
    assert_ptr_equal(method_at(id, new_body(1), &offset), &made.methods[1]);
    assert_int_equal(offset, 0);
    assert_null(method_at(id, new_body(1) + fake.function_size, &offset));
    assert_null(method_at(id, new_body(1) - 1, &offset));
    assert_null(method_at(id + 1, new_body(1), &offset));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, moving_set_up, moving_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(calls_go_to_first_bodies_and_a_revert_still_works),
        TEST(calls_go_to_the_update_below),
        TEST(an_update_above_stays_in_force_and_does_not_uncover_it),
        TEST(a_later_update_does_not_bring_it_back),
        TEST(one_that_is_under_way_does_not_bring_it_back),
        TEST(threads_that_move_away_from_it_do_not_run_it_before),
        TEST(one_that_threads_are_moving_to_is_taken_from_those_that_have_moved),
        TEST(nothing_is_allocated),
        TEST(a_platform_that_refuses_is_told_and_the_rest_is_taken_back),
        TEST(what_is_over_is_not_taken_back),
        TEST(an_address_is_told_by_method),
    };
    return cmocka_run_group_tests(tests, core_start, NULL);
}
