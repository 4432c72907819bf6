/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * histogram_test.c - are the quantiles of kvload as near to the truth as histogram.h promises?
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "histogram.h"

static void assert_near(uint64_t truth, uint64_t found)
{
    assert_true(found >= truth);
    assert_true(found <= truth + truth / HISTOGRAM_PARTS);
}

static void empty_is_zero(void **state)
{
    static struct histogram histogram;

    (void)state;
    assert_int_equal(histogram_quantile(&histogram, 0.5), 0);
}

static void one_value_is_itself(void **state)
{
    (void)state;
    for (uint64_t value = 1; value < UINT64_MAX / 3; value = value * 3 + 1) {
        static struct histogram histogram;

        histogram = (struct histogram){.total = 0};
        histogram_add(&histogram, value);
        assert_int_equal(histogram_quantile(&histogram, 0.0), value);
        assert_int_equal(histogram_quantile(&histogram, 1.0), value);
        assert_int_equal(histogram.greatest, value);
    }
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

static void quantiles_are_near_sorted_values(void **state)
{
    enum { COUNT = 20000 };
    static struct histogram halves[2];
    static uint64_t values[COUNT];
    uint64_t random = 88172645463325252u;

    (void)state;
    for (unsigned i = 0; i < COUNT; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        values[i] = random >> (random % 60); /* of every size */
        histogram_add(&halves[i % 2], values[i]);
    }
    histogram_merge(&halves[0], &halves[1]);
    qsort(values, COUNT, sizeof(values[0]), compare);
    for (unsigned i = 0; i < 100; i++)
        assert_near(values[(unsigned)(i / 100.0 * COUNT)],
                    histogram_quantile(&halves[0], i / 100.0));
    assert_int_equal(halves[0].greatest, values[COUNT - 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_is_zero),
        cmocka_unit_test(one_value_is_itself),
        cmocka_unit_test(quantiles_are_near_sorted_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
