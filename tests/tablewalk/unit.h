/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit.h - what the unit tests of tablewalk share: each test runs once for every
 * geometry, with an empty placed root in protected memory, and ends with a check
 * of every invariant, every reference count and every table given back.
 */
#ifndef TESTS_TABLEWALK_UNIT_H
#define TESTS_TABLEWALK_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

/* What a test works with; in one struct for brevity: t->space, t->root. */
struct unit {
    struct world world;
    const struct tw_space *space;
    struct tw_table *root;
};

#define TEST(name) {#name, name, unit_setup, unit_teardown, NULL}

int unit_setup(void **state);
int unit_teardown(void **state);

/* Runs all tests for all geometries: the exit status of main. */
int unit_run(const struct CMUnitTest *tests, size_t count);

/* The entry of `id` by the checked walk, which must agree with the unchecked one; 0: none. */
uint64_t unit_entry(struct unit *t, const struct tw_table *root, tw_id id);

/* Any error is a failure of the test. */
#define assert_done(call)         assert_int_equal(call, 0)
#define assert_error(error, call) assert_int_equal(call, error)

#endif
