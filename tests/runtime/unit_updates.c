/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_updates.c - updates are staged, committed, aborted and reverted.
 */
#include "core_fixture.h"

#include <string.h>

static struct made_image made;

enum { A = 0x1000, B = 0x2000, C = 0x3000 };

static int set_up(void **state)
{
    (void)state;
    core_add(&made);
    return 0;
}

/* Every test leaves the image as it found it, and no memory. */
static int tear_down(void **state)
{
    (void)state;
    core_drop(&made);
    core_collect();
    for (uint32_t id = 1; id < 1000; id++)
        (void)rv_update_forget(id);
    return fake.pieces != 0 || fake.pages != 0;
}

static void expect_first_bodies(void)
{
    for (int n = 0; n < MADE_METHODS; n++)
        if (n != MADE_FIXED)
            assert_int_equal(made_call(&made, n), made_body(&made, n));
}

static void commit_changes_what_was_staged_and_nothing_else(void **state)
{
    (void)state;
    core_update(&made, "one", 1, (uint64_t)A, 5, (uint64_t)B, 6, (uint64_t)C, -1);
    assert_int_equal(made_call(&made, 0), made_body(&made, 0));
    assert_int_equal(made_call(&made, 1), A);
    assert_int_equal(made_call(&made, 2), made_body(&made, 2));
    assert_int_equal(made_call(&made, 4), made_body(&made, 4));
    assert_int_equal(made_call(&made, 5), B);
    assert_int_equal(made_call(&made, 6), C);
    assert_int_equal(made_call(&made, 7), made_body(&made, 7));
}

static void nothing_is_seen_before_commit(void **state)
{
    struct rv_update *update = core_staged(&made, "one", 1, A);
    (void)state;
    assert_int_equal(rv_update_stage(update, &made.methods[6], B, 0), 0);
    expect_first_bodies();
    assert_int_equal(rv_update_check(update), 0);
    expect_first_bodies();
    assert_int_equal(rv_update_transition(update, RV_CONSISTENCY_CALL, 1), 0);
    expect_first_bodies();
    rv_update_abort(update);
    expect_first_bodies();
    assert_int_equal(rv_garbage_snapshot(NULL, 0), 0);
}

static void a_unit_of_many_changes_is_one_store(void **state)
{
    uint64_t *word = &made.slots[0].leaf, before = *word, copy[4];
    (void)state;
    memcpy(copy, (void *)(uintptr_t)before, sizeof(copy));
    core_update(&made, "one", 0, (uint64_t)A, 1, (uint64_t)B, 2, (uint64_t)C, -1);
    assert_int_not_equal(*word, before);
    assert_int_equal(*(const uint64_t *)(uintptr_t)made.slots[0].directory, *word);
    assert_memory_equal((void *)(uintptr_t)before, copy, sizeof(copy)); /* the base is as it was */
}

static void reverting_puts_the_base_back_and_leaves_no_memory(void **state)
{
    uint64_t *word = &made.slots[0].leaf, base = *word;
    const long pages = fake.pages;
    uint32_t id = core_update(&made, "one", 1, (uint64_t)A, 7, (uint64_t)B, -1);
    struct rv_update *reverted;
    (void)state;
    assert_int_equal(rv_update_revert(id, RV_CONSISTENCY_CALL, 0, &reverted), 0);
    assert_int_equal(*word, base);
    expect_first_bodies();
    assert_int_equal(core_collect(), 1);
    assert_int_equal(rv_update_forget(id), 0);
    assert_int_equal(fake.pages, pages);
}

/* Three updates of overlapping methods, reverted in each of the six orders. */
static void reverting_works_in_any_order(void **state)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    (void)state;
    for (int o = 0; o < 6; o++) {
        uint64_t body[3] = {A, B, C};
        int alive[3] = {1, 1, 1};
        uint32_t ids[3];
        struct rv_update *reverted;
        for (int n = 0; n < 3; n++) /* all of them have 1 and 6 in common */
            ids[n] =
                core_update(&made, "x", 1, body[n], 6, body[n], n == 2 ? 0 : 4 + n, body[n], -1);
        for (int n = 0; n < 3; n++) {
            uint64_t newest = 0;
            assert_int_equal(rv_update_revert(ids[orders[o][n]], RV_CONSISTENCY_CALL, 0, &reverted),
                             0);
            alive[orders[o][n]] = 0;
            for (int u = 0; u < 3; u++)
                newest = alive[u] ? body[u] : newest;
            assert_int_equal(made_call(&made, 1), newest ? newest : made_body(&made, 1));
            assert_int_equal(made_call(&made, 6), newest ? newest : made_body(&made, 6));
            assert_int_equal(made_call(&made, 4), alive[0] ? A : made_body(&made, 4));
            assert_int_equal(made_call(&made, 0), alive[2] ? C : made_body(&made, 0));
        }
        expect_first_bodies();
        core_collect();
    }
}

static void versions_are_counted(void **state)
{
    uint32_t newest, first, second;
    struct rv_update *reverted;
    (void)state;
    first = core_update(&made, "one", 1, (uint64_t)A, -1);
    second = core_update(&made, "two", 1, (uint64_t)B, 4, (uint64_t)B, -1);
    assert_int_equal(rv_method_versions(&made.methods[1], &newest), 2);
    assert_int_equal(newest, second);
    assert_int_equal(rv_update_revert(second, RV_CONSISTENCY_CALL, 0, &reverted), 0);
    assert_int_equal(rv_method_versions(&made.methods[1], &newest), 1);
    assert_int_equal(newest, first);
    assert_int_equal(rv_method_versions(&made.methods[4], &newest), 0);
    assert_int_equal(newest, 0);
}

static void a_method_staged_twice_counts_once(void **state)
{
    struct rv_update *update = core_staged(&made, "one", 1, A);
    (void)state;
    assert_int_equal(rv_update_stage(update, &made.methods[1], A, 0), 0);
    assert_int_equal(rv_update_check(update), 0);
    assert_int_equal(update->count, 1);
    rv_update_abort(update);
}

static void wrong_steps_are_refused(void **state)
{
    struct rv_update *update = core_staged(&made, "one", 1, A), *other;
    struct rv_method stranger = made.methods[1];
    struct rv_update *reverted;
    uint32_t id;
    (void)state;
    assert_int_equal(rv_update_begin(core_state(&made), "two", NULL, &other), RV_EBUSY);
    assert_int_equal(rv_update_stage(update, &made.methods[MADE_FIXED], A, 0), RV_EFIXED);
    assert_int_equal(rv_update_stage(update, &stranger, A, 0), RV_EFOREIGN);
    assert_int_equal(rv_update_transition(update, RV_CONSISTENCY_CALL, 1), RV_ESTATE);
    assert_int_equal(rv_update_check(update), 0);
    assert_int_equal(rv_update_check(update), RV_ESTATE);
    assert_int_equal(rv_update_stage(update, &made.methods[1], A, 0), RV_ESTATE);
    assert_int_equal(rv_update_transition(update, 3, 1), RV_EOPTIONS);
    rv_update_abort(update);
    id = core_update(&made, "one", 1, (uint64_t)A, -1);
    assert_int_equal(rv_update_revert(id + 1, RV_CONSISTENCY_CALL, 0, &reverted), RV_ENOUPDATE);
    assert_int_equal(rv_update_forget(id), RV_ESTATE);
    assert_int_equal(rv_update_revert(id, RV_CONSISTENCY_CALL, 0, &reverted), 0);
    assert_int_equal(rv_update_revert(id, RV_CONSISTENCY_CALL, 0, &reverted), RV_EREVERTED);
    assert_int_equal(rv_update_forget(id), RV_EBUSY); /* its table is not collected */
}

static void an_empty_update_is_refused(void **state)
{
    struct rv_update *update;
    (void)state;
    assert_int_equal(rv_update_begin(core_state(&made), "none", NULL, &update), 0);
    assert_int_equal(rv_update_check(update), RV_ENOCHANGE);
    rv_update_abort(update);
}

static void a_leaving_image_is_not_updated(void **state)
{
    struct rv_image_state *image = core_state(&made);
    uint32_t id = core_update(&made, "one", 1, (uint64_t)A, -1);
    struct rv_update *update;
    struct rv_update *reverted;
    (void)state;
    rv_image_remove(&made.image);
    assert_int_equal(rv_update_begin(image, "two", NULL, &update), RV_ELEAVING);
    assert_int_equal(rv_update_revert(id, RV_CONSISTENCY_CALL, 0, &reverted), RV_ELEAVING);
    assert_int_equal(made_call(&made, 1), A);
}

static int state_of(const struct rv_update *update, void *context)
{
    *(enum rv_update_state *)context = update->state;
    return 0;
}

static void updates_of_an_unmapped_image_are_orphans(void **state)
{
    enum rv_update_state now;
    uint32_t id = core_update(&made, "one", 1, (uint64_t)A, -1);
    (void)state;
    core_drop(&made);
    rv_updates_each(state_of, &now);
    assert_int_equal(now, RV_UPDATE_ORPHANED);
    assert_int_equal(rv_update_forget(id), 0);
}

static void a_child_of_fork_has_no_update_under_way(void **state)
{
    struct rv_update *update = core_staged(&made, "one", 1, A);
    (void)state;
    assert_int_equal(rv_update_check(update), 0);
    rv_platform_lock();
    rv_updates_in_child_locked();
    rv_platform_unlock();
    core_update(&made, "two", 1, (uint64_t)B, -1);
    assert_int_equal(made_call(&made, 1), B);
}

/* ---- one update in the place of all others ---- */

static struct rv_update *replacing(int method, uint64_t body)
{
    struct rv_update *update = core_staged(&made, "all", method, body);

    rv_update_replace(update);
    assert_int_equal(rv_update_check(update), 0);
    return update;
}

static void commit_all(struct rv_update *update)
{
    assert_int_equal(rv_update_transition(update, RV_CONSISTENCY_CALL, 1), 0);
    assert_int_equal(rv_update_commit(update), 0);
}

static int expect_replaced(const struct rv_update *update, void *except)
{
    assert_int_equal(update->state,
                     update->id == *(uint32_t *)except ? RV_UPDATE_COMMITTED : RV_UPDATE_REPLACED);
    return 0;
}

static void a_replacing_update_supersedes_all_others(void **state)
{
    struct rv_update *update;
    (void)state;
    core_update(&made, "one", 1, (uint64_t)A, 5, (uint64_t)A, -1);
    core_update(&made, "two", 5, (uint64_t)B, 6, (uint64_t)B, -1);
    update = replacing(1, C);
    assert_int_equal(made_call(&made, 5), B); /* nothing before commit */
    commit_all(update);
    assert_int_equal(made_call(&made, 1), C);
    assert_int_equal(made_call(&made, 5), made_body(&made, 5)); /* `walk` */
    assert_int_equal(made_call(&made, 6), made_body(&made, 6)); /* `leaf` */
    assert_int_equal(update->count, 1);
    assert_int_equal(rv_updates_each(expect_replaced, &update->id), 0);
    assert_int_equal(rv_method_versions(&made.methods[5], NULL), 0);
}

static void reverting_a_replacing_update_leads_to_first_bodies(void **state)
{
    uint64_t *words[] = {&made.slots[0].leaf, &made.slots[1].leaf};
    const uint64_t bases[] = {*words[0], *words[1]};
    struct rv_update *update, *reverted;
    (void)state;
    core_update(&made, "one", 1, (uint64_t)A, 5, (uint64_t)A, 6, (uint64_t)A, -1);
    update = replacing(1, B);
    commit_all(update);
    assert_int_equal(rv_update_revert(update->id, RV_CONSISTENCY_CALL, 0, &reverted), 0);
    expect_first_bodies();
    assert_int_equal(*words[0], bases[0]);
    assert_int_equal(*words[1], bases[1]);
}

static void a_replacing_update_that_is_aborted_changes_nothing(void **state)
{
    uint32_t id = core_update(&made, "one", 1, (uint64_t)A, 5, (uint64_t)A, 6, (uint64_t)A, -1);
    (void)state;
    rv_update_abort(replacing(1, B));
    assert_int_equal(made_call(&made, 1), A);
    assert_int_equal(made_call(&made, 5), A);
    assert_int_equal(made_call(&made, 6), A);
    assert_int_equal(rv_updates_each(expect_replaced, &id), 0); /* it is in force still */
}

static void updates_stack_on_a_replacing_one(void **state)
{
    struct rv_update *update, *reverted;
    uint32_t later;
    (void)state;
    core_update(&made, "one", 1, (uint64_t)A, -1);
    update = replacing(5, B);
    commit_all(update);
    later = core_update(&made, "later", 1, (uint64_t)C, 5, (uint64_t)C, -1);
    assert_int_equal(made_call(&made, 5), C);
    assert_int_equal(rv_update_revert(later, RV_CONSISTENCY_CALL, 0, &reverted), 0);
    assert_int_equal(made_call(&made, 5), B);
    assert_int_equal(made_call(&made, 1), made_body(&made, 1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(commit_changes_what_was_staged_and_nothing_else),
        TEST(nothing_is_seen_before_commit),
        TEST(a_unit_of_many_changes_is_one_store),
        TEST(reverting_puts_the_base_back_and_leaves_no_memory),
        TEST(reverting_works_in_any_order),
        TEST(versions_are_counted),
        TEST(a_replacing_update_supersedes_all_others),
        TEST(reverting_a_replacing_update_leads_to_first_bodies),
        TEST(a_replacing_update_that_is_aborted_changes_nothing),
        TEST(updates_stack_on_a_replacing_one),
        TEST(a_method_staged_twice_counts_once),
        TEST(wrong_steps_are_refused),
        TEST(an_empty_update_is_refused),
        TEST(a_leaving_image_is_not_updated),
        TEST(updates_of_an_unmapped_image_are_orphans),
        TEST(a_child_of_fork_has_no_update_under_way),
    };
    return cmocka_run_group_tests_name("updates", tests, core_start, NULL);
}
