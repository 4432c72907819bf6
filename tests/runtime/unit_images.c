/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_images.c - images register, stay strangers, and go.
 */
#include "core_fixture.h"
#include "arch.h"

#include <string.h>

static struct made_image a, b, c;

static uintptr_t fault_thunk(unsigned index)
{
    return (uintptr_t)rv_fault_thunks + index * RV_ARCH_FAULT_STEP;
}

static void registration_enters_every_first_body(void **state)
{
    (void)state;
    core_add(&a);
    for (int n = 0; n < MADE_METHODS; n++)
        if (n != MADE_FIXED)
            assert_int_equal(made_call(&a, n), made_body(&a, n));
    assert_int_equal(core_state(&a)->methods, MADE_METHODS - 1);
    core_drop(&a);
}

static void an_entry_that_the_linker_dropped_faults(void **state)
{
    (void)state;
    core_add(&a);
    assert_int_equal(a.leaves[0].entries[2], fault_thunk(2));
    core_drop(&a);
}

static void the_directory_leads_to_the_tables_in_the_image(void **state)
{
    (void)state;
    core_add(&a);
    for (int n = 0; n < MADE_UNITS; n++) {
        assert_int_equal(*(const uint64_t *)(uintptr_t)a.slots[n].directory,
                         (uintptr_t)a.leaves[n].entries);
        assert_int_equal(a.slots[n].leaf, (uintptr_t)a.leaves[n].entries);
    }
    core_drop(&a);
}

static void ids_lead_to_records_and_back(void **state)
{
    const struct rv_method *found;
    tw_id id;
    (void)state;
    core_add(&a);
    for (int n = 0; n < MADE_METHODS; n++) {
        if (n == MADE_FIXED)
            continue;
        assert_int_equal(rv_method_id(&a.methods[n], &id), 0);
        assert_int_equal(rv_method_find(id, &found), 0);
        assert_ptr_equal(found, &a.methods[n]);
        assert_int_equal(rv_method_target(found), made_body(&a, n));
    }
    assert_int_equal(rv_method_id(&a.methods[MADE_FIXED], &id), RV_EFIXED);
    assert_int_equal(rv_method_find(0, &found), RV_ENOMETHOD);
    assert_int_equal(rv_method_find(UINT32_MAX, &found), RV_ENOMETHOD);
    core_drop(&a);
    assert_int_equal(rv_method_find(id, &found), RV_ENOMETHOD);
}

static void before_registration_a_fault_goes_to_the_first_body(void **state)
{
    tw_id id;
    (void)state;
    made_image_init(&a);
    assert_int_equal(made_call(&a, 1), fault_thunk(1));
    assert_int_equal(made_fault(&a, 1), made_body(&a, 1));
    assert_int_equal(rv_method_id(&a.methods[1], &id), RV_EUNREGISTERED);
}

static void a_fault_that_registration_overtakes_goes_where_the_entry_says(void **state)
{
    (void)state;
    core_add(&a);
    assert_int_equal(made_fault(&a, 4), made_body(&a, 4));
    core_drop(&a);
}

static void numbers_are_dense_and_used_again(void **state)
{
    uint32_t first_a, first_b;
    (void)state;
    core_add(&a);
    core_add(&b);
    first_a = core_state(&a)->first;
    first_b = core_state(&b)->first;
    assert_int_equal(first_a, 1);
    assert_int_equal(first_b, first_a + MADE_UNITS);
    core_drop(&a);
    core_add(&c);
    assert_int_equal(core_state(&c)->first, first_a);
    assert_int_equal(made_call(&b, 5), made_body(&b, 5));
    core_drop(&c);
    core_drop(&b);
}

static void a_leaving_image_works_until_it_is_unmapped(void **state)
{
    (void)state;
    core_add(&a);
    rv_image_remove(&a.image);
    assert_null(core_state(&a)); /* its records are no longer ours to read */
    rv_images_sweep();
    for (int n = 4; n < MADE_METHODS; n++)
        assert_int_equal(made_call(&a, n), made_body(&a, n));
    core_add(&b);
    assert_int_equal(core_state(&b)->first, 1 + MADE_UNITS);
    core_drop(&b); /* takes a along */
    core_add(&b);
    assert_int_equal(core_state(&b)->first, 1);
    core_drop(&b);
}

static void an_image_at_the_same_place_ends_the_old_one(void **state)
{
    (void)state;
    core_add(&a);
    rv_image_remove(&a.image);
    core_add(&a);
    assert_int_equal(core_state(&a)->first, 1);
    core_drop(&a);
}

static void another_abi_stays_a_stranger_and_works(void **state)
{
    (void)state;
    made_image_init(&a);
    a.image.abi = RV_RECORD_ABI + 1;
    rv_image_add(&a.image);
    assert_int_equal(core_state(&a)->phase, RV_IMAGE_STRANGER);
    assert_int_equal(core_state(&a)->error, RV_ERECORDS);
    assert_string_equal(fake.logged, rv_error_text(RV_ERECORDS));
    assert_int_equal(made_call(&a, 1), fault_thunk(1));
    assert_int_equal(made_fault(&a, 1), made_body(&a, 1));
    rv_image_remove(&a.image);
    assert_null(core_state(&a));
}

static void contradicting_records_are_refused(void **state)
{
    (void)state;
    made_image_init(&a);
    a.methods[1].index = 4; /* beyond its unit */
    rv_image_add(&a.image);
    assert_int_equal(core_state(&a)->error, RV_ECORRUPT);
    rv_image_remove(&a.image);

    made_image_init(&a);
    a.leaves[2].table.refs = 0; /* nobody's table */
    rv_image_add(&a.image);
    assert_int_equal(core_state(&a)->error, RV_ECORRUPT);
    assert_int_equal(a.slots[0].directory, 0);
    rv_image_remove(&a.image);

    made_image_init(&a);
    a.leaves[1].table.owner = (uintptr_t)&a.slots[0]; /* another unit's */
    rv_image_add(&a.image);
    assert_int_equal(core_state(&a)->error, RV_ECORRUPT);
    rv_image_remove(&a.image);
}

/* At each call of the platform in turn: a stranger or nothing, and no memory lost. */
static void a_failure_anywhere_leaves_a_working_stranger(void **state)
{
    const long pieces = fake.pieces, pages = fake.pages;
    int failures = 0;
    (void)state;
    for (int n = 0;; n++) {
        int done;
        made_image_init(&a);
        fake.fail_after = n;
        rv_image_add(&a.image);
        done = fake.fail_after >= 0;
        fake.fail_after = -1;
        if (done)
            break;
        if (core_state(&a) && core_state(&a)->phase == RV_IMAGE_STRANGER) {
            failures++;
            assert_int_equal(a.slots[0].directory, 0);
            assert_int_equal(made_fault(&a, 0), made_body(&a, 0));
        }
        core_drop(&a);
        assert_int_equal(fake.pieces, pieces);
        assert_int_equal(fake.pages, pages);
    }
    core_drop(&a);
    assert_true(failures >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registration_enters_every_first_body),
        cmocka_unit_test(an_entry_that_the_linker_dropped_faults),
        cmocka_unit_test(the_directory_leads_to_the_tables_in_the_image),
        cmocka_unit_test(ids_lead_to_records_and_back),
        cmocka_unit_test(before_registration_a_fault_goes_to_the_first_body),
        cmocka_unit_test(a_fault_that_registration_overtakes_goes_where_the_entry_says),
        cmocka_unit_test(numbers_are_dense_and_used_again),
        cmocka_unit_test(a_leaving_image_works_until_it_is_unmapped),
        cmocka_unit_test(an_image_at_the_same_place_ends_the_old_one),
        cmocka_unit_test(another_abi_stays_a_stranger_and_works),
        cmocka_unit_test(contradicting_records_are_refused),
        cmocka_unit_test(a_failure_anywhere_leaves_a_working_stranger),
    };
    return cmocka_run_group_tests_name("images", tests, core_start, NULL);
}
