/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_exhaustion.c - an update whose platform fails, at each of its calls in turn.
 *
 * Whatever fails, the table is as it was, nothing is left over, and the same
 * update succeeds afterwards. Commit asks for nothing that may fail but closing
 * its windows, which is logged.
 */
#include "core_fixture.h"

static struct made_image made;

enum { A = 0x1000, B = 0x2000 };

static int set_up(void **state)
{
    (void)state;
    core_add(&made);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    core_drop(&made);
    core_collect();
    for (uint32_t id = 1; id < 1000; id++)
        (void)rv_update_forget(id);
    return fake.pieces != 0 || fake.pages != 0;
}

/* begin, stage and check; on failure all is undone. */
static int try_to_prepare(struct rv_update **update)
{
    int error = rv_update_begin(core_state(&made), "x", NULL, update);
    if (error)
        return error;
    error = rv_update_stage(*update, &made.methods[1], A, 0);
    if (!error)
        error = rv_update_stage(*update, &made.methods[4], A, 0);
    if (!error)
        error = rv_update_stage(*update, &made.methods[7], A, 0);
    if (!error)
        error = rv_update_check(*update);
    if (error)
        rv_update_abort(*update);
    return error;
}

static void preparing_fails_anywhere_and_changes_nothing(void **state)
{
    const long pieces = fake.pieces, pages = fake.pages;
    struct rv_update *update;
    int error, failures = 0;
    (void)state;
    for (int n = 0;; n++) {
        fake.fail_after = n;
        error = try_to_prepare(&update);
        fake.fail_after = -1;
        if (!error)
            break;
        failures++;
        assert_true(error == RV_ENOMEM || error == RV_EPROTECT);
        assert_int_equal(made_call(&made, 1), made_body(&made, 1));
        assert_int_equal(made_call(&made, 7), made_body(&made, 7));
        assert_int_equal(fake.pieces, pieces);
        assert_int_equal(fake.pages, pages);
    }
    assert_true(failures >= 6); /* struct, changes, list, two copies, their protection, windows */
    assert_int_equal(rv_update_transition(update, RV_CONSISTENCY_CALL, 1), 0);
    rv_update_commit(update);
    assert_int_equal(made_call(&made, 7), A);
}

static void reverting_fails_anywhere_and_changes_nothing(void **state)
{
    uint32_t first = core_update(&made, "a", 1, (uint64_t)A, 6, (uint64_t)A, -1);
    const long pieces = fake.pieces + 0, pages = fake.pages;
    uint32_t second;
    int error, failures = 0;
    struct rv_update *reverted;
    (void)state;
    second = core_update(&made, "b", 1, (uint64_t)B, 4, (uint64_t)B, -1);
    (void)pieces;
    for (int n = 0;; n++) {
        long pieces_before = fake.pieces, pages_before = fake.pages;
        fake.fail_after = n;
        error = rv_update_revert(second, RV_CONSISTENCY_CALL, 0, &reverted);
        fake.fail_after = -1;
        if (!error)
            break;
        failures++;
        assert_int_equal(made_call(&made, 1), B);
        assert_int_equal(fake.pieces, pieces_before);
        assert_int_equal(fake.pages, pages_before);
    }
    assert_true(failures >= 3);
    assert_int_equal(made_call(&made, 1), A);
    assert_int_equal(made_call(&made, 4), made_body(&made, 4));
    assert_int_equal(rv_update_revert(first, RV_CONSISTENCY_CALL, 0, &reverted), 0);
    assert_int_equal(made_call(&made, 1), made_body(&made, 1));
    core_collect();
    assert_true(fake.pages <= pages);
}

static void commit_asks_for_nothing_that_may_fail(void **state)
{
    struct rv_update *update;
    int before;
    (void)state;
    assert_int_equal(try_to_prepare(&update), 0);
    assert_int_equal(rv_update_transition(update, RV_CONSISTENCY_CALL, 1), 0);
    before = fake.calls;
    fake.fail_after = 0; /* closing the window fails */
    rv_update_commit(update);
    fake.fail_after = -1;
    assert_int_equal(fake.calls - before, 1); /* closing the root; this image has no RELRO */
    assert_int_equal(made_call(&made, 1), A);
    assert_non_null(fake.logged[0] ? fake.logged : NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(preparing_fails_anywhere_and_changes_nothing),
        TEST(reverting_fails_anywhere_and_changes_nothing),
        TEST(commit_asks_for_nothing_that_may_fail),
    };
    return cmocka_run_group_tests_name("exhaustion", tests, core_start, NULL);
}
