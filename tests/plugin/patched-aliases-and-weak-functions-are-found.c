// SPDX-License-Identifier: BSD-2-Clause
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"

__attribute__((noinline)) int real(int x)
{
#ifdef FIXED
    return x * 100;
#else
    return x + 1;
#endif
}

int other_name(int x) __attribute__((alias("real")));

__attribute__((weak, noinline)) int weak(int x)
{
#ifdef FIXED
    return other_name(x) + 5;
#else
    return other_name(x);
#endif
}

// CHECK: at first
// CHECK-NEXT: 8 8 1
// CHECK-NEXT: patched
// CHECK-NEXT: 700 705 1
// CHECK-NEXT: reverted
// CHECK-NEXT: 8 8 1
void act(void)
{
    volatile int seven = 7;
    printf("%d %d %d\n", other_name(seven), weak(seven), real == other_name);
}
