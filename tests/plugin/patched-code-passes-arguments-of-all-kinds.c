// SPDX-License-Identifier: BSD-2-Clause
// Variable arguments, structs by value, floating point, more arguments than
// registers, tail calls.
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"
#include <stdarg.h>

struct large {
    long values[5];
};

__attribute__((noinline)) struct large fill(long start)
{
    struct large it = {{start, start + 1, start + 2, start + 3, start + 4}};
    return it;
}

__attribute__((noinline)) double total(int count, ...)
{
    double result = 0;
    va_list list;

    va_start(list, count);
    while (count--)
        result += va_arg(list, double);
    va_end(list);
    return result;
}

__attribute__((noinline)) long many(int a, long b, char c, double d, struct large e, float f, long g,
                                    long h, long i, long j)
{
    return a + b + c + (long)d + e.values[4] + (long)f + g + h + i + j;
}

__attribute__((noinline)) static double work(int n)
{
#ifdef FIXED
    struct large it = fill(n * 10);
#else
    struct large it = fill(n);
#endif
    return total(3, 0.5, 1.0 * many(1, 2, 3, 4.0, it, 5.0f, 6, 7, 8, n), (double)it.values[2]);
}

__attribute__((noinline)) static double leap(int n)
{
#ifdef FIXED
    __attribute__((musttail)) return work(n + 1);
#else
    __attribute__((musttail)) return work(n);
#endif
}

// CHECK: at first
// CHECK-NEXT: 45.5
// CHECK-NEXT: patched
// CHECK-NEXT: 84.5
// CHECK-NEXT: reverted
// CHECK-NEXT: 45.5
void act(void)
{
    printf("%.1f\n", leap(1));
}
