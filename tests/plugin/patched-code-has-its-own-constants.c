// SPDX-License-Identifier: BSD-2-Clause
// String literals and tables, changed ones and those that stay.
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"

static const int table[] = {2, 3, 5, 7,
#ifdef FIXED
                            11,
#endif
                            13};
static const char *const words[] = {"first", "second", "third"};

__attribute__((noinline)) static const char *name(int n)
{
    switch (n) {
    case 0:
        return "zero";
    case 1:
        return "one";
    case 2:
        return "two";
    case 3:
        return "three";
#ifdef FIXED
    case 4:
        return "four";
#endif
    default:
        return "many";
    }
}

// CHECK: at first
// CHECK-NEXT: many first 13
// CHECK-NEXT: patched
// CHECK-NEXT: four first 11
// CHECK-NEXT: reverted
// CHECK-NEXT: many first 13
void act(void)
{
    volatile int four = 4;
    printf("%s %s %d\n", name(four), words[four - 4], table[four]);
}
