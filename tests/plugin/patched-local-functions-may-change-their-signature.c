// SPDX-License-Identifier: BSD-2-Clause
// If all their callers change too: the new one is a new function.
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"

static int state = 3;

#ifdef FIXED
__attribute__((noinline)) static int compute(int a, int b)
{
    return a * b + state;
}
#else
__attribute__((noinline)) static int compute(int a)
{
    return a + state;
}
#endif

__attribute__((noinline)) static int use(int a)
{
#ifdef FIXED
    return compute(a, 100) - compute(a, 0);
#else
    return compute(a);
#endif
}

// CHECK: at first
// CHECK-NEXT: 8
// CHECK-NEXT: patched
// CHECK-NEXT: 500
// CHECK-NEXT: reverted
// CHECK-NEXT: 8
void act(void)
{
    volatile int five = 5;
    printf("%d\n", use(five));
}
