// SPDX-License-Identifier: BSD-2-Clause
// A million calls deep: fails if one tail call became a call.
// RUN: %same %t %s | FileCheck %s
#include <stdio.h>

__attribute__((noinline)) static long one(long n, long sum);
__attribute__((noinline)) static long two(long n, long sum);

static long one(long n, long sum)
{
    if (!n)
        return sum;
    __attribute__((musttail)) return two(n - 1, sum + 1);
}

static long two(long n, long sum)
{
    if (!n)
        return sum;
    __attribute__((musttail)) return one(n - 1, sum + 2);
}

int main(void)
{
    // CHECK: 15000000
    printf("%ld\n", one(10000000, 0));
    return 0;
}
