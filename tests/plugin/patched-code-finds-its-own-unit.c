// SPDX-License-Identifier: BSD-2-Clause
// Static functions and variables of one name in several units: the patch reaches
// those of the unit that it is made from.
// RUN: split-file %S/Inputs/units.txt %t.units
// RUN: env PATCH_MORE=%t.units/other.c %patch %t %s | FileCheck %s
#include "patch.h"

int other(void);

static int state = 1;

__attribute__((noinline)) static int helper(void)
{
    return ++state;
}

__attribute__((noinline)) static int changing(void)
{
#ifdef FIXED
    return helper() * 1000 + other();
#else
    return helper();
#endif
}

// CHECK: at first
// CHECK-NEXT: 2 501
// CHECK-NEXT: patched
// CHECK-NEXT: 3502 503
// CHECK-NEXT: reverted
// CHECK-NEXT: 4 504
void act(void)
{
    int mine = changing();
    printf("%d %d\n", mine, other());
}
