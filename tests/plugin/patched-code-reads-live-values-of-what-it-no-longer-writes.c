// SPDX-License-Identifier: BSD-2-Clause
// The new source never writes `level`, or only ever 1 to `mode`; the compiler must
// not conclude that they never had another value.
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"

static int level = 1;
static int mode;
static int table[3] = {1, 1, 1};

__attribute__((noinline)) void set(int value)
{
#ifdef FIXED
    if (value < 0)
        mode = 1;
#else
    level = value;
    mode = value;
    table[value & 1] = value;
#endif
}

__attribute__((noinline)) static int get(void)
{
#ifdef FIXED
    return level * 10 + mode * 100 + table[1] * 1000;
#else
    return level + mode + table[1];
#endif
}

// CHECK: at first
// CHECK-NEXT: 21
// CHECK-NEXT: patched
// CHECK-NEXT: 7770
// CHECK-NEXT: reverted
// CHECK-NEXT: 21
void act(void)
{
    static int round;
    set(round++ == 1 ? 9 : 7);
    printf("%d\n", get());
}
