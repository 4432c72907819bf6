/* SPDX-License-Identifier: BSD-2-Clause */
/* other.c - another unit of the tests' program. */
#include "prog.h"

NOINLINE static int hidden(int x)
{
    return x * 2;
}

NOINLINE int other(int x)
{
    return hidden(x) + 1;
}

NOINLINE int point_sum(const struct point *point)
{
    return point->x + point->y;
}
