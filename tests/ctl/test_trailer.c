/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_trailer.c - a patch file is whole, or it is known not to be.
 */
#include "control/trailer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "revector/error.h"

#define BODY 1000

static uint8_t file[BODY + sizeof(struct rv_trailer) + 1];

static size_t make_file(void)
{
    struct rv_trailer trailer;

    for (size_t i = 0; i < BODY; i++)
        file[i] = (uint8_t)(i * 7);
    trailer = rv_trailer_make(file, BODY);
    memcpy(file + BODY, &trailer, sizeof(trailer));
    return BODY + sizeof(trailer);
}

static int check(size_t size)
{
    struct rv_trailer trailer;

    return rv_trailer_check(file, size, &trailer);
}

static void the_checksum_is_fnv1a(void **state)
{
    (void)state;
    assert_int_equal(rv_checksum(RV_CHECKSUM_START, "", 0), 0xcbf29ce484222325u);
    assert_int_equal(rv_checksum(RV_CHECKSUM_START, "foobar", 6), 0x85944171f73967e8u);
}

static void a_whole_file_passes(void **state)
{
    (void)state;
    assert_int_equal(check(make_file()), 0);
}

static void every_changed_byte_is_noticed(void **state)
{
    size_t size = make_file();

    (void)state;
    for (size_t i = 0; i < BODY; i++) {
        file[i] ^= 1;
        assert_int_equal(check(size), RV_EDAMAGED);
        file[i] ^= 1;
    }
}

static void every_missing_end_is_noticed(void **state)
{
    size_t size = make_file();

    (void)state;
    for (size_t cut = 0; cut < size; cut++)
        assert_int_not_equal(check(cut), 0);
    assert_int_not_equal(check(size + 1), 0);
}

static void a_missing_middle_is_a_truncation(void **state)
{
    size_t size = make_file();

    (void)state;
    memmove(file + 500, file + 501, size - 501);
    assert_int_equal(check(size - 1), RV_ETRUNCATED);
}

static void another_abi_is_told_apart(void **state)
{
    struct rv_trailer trailer;
    size_t size = make_file();

    (void)state;
    memcpy(&trailer, file + BODY, sizeof(trailer));
    trailer.abi++;
    memcpy(file + BODY, &trailer, sizeof(trailer));
    assert_int_equal(check(size), RV_ERECORDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_checksum_is_fnv1a),
        cmocka_unit_test(a_whole_file_passes),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(every_missing_end_is_noticed),
        cmocka_unit_test(a_missing_middle_is_a_truncation),
        cmocka_unit_test(another_abi_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
