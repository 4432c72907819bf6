// SPDX-License-Identifier: BSD-2-Clause
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"

static int counter = 10;
int exported = 1;

__attribute__((noinline)) static void count(void)
{
    static int calls;
    calls++;
#ifdef FIXED
    counter += 100;
    exported *= 2;
    printf("call %d, new: ", calls);
#else
    counter += 1;
    printf("call %d: ", calls);
#endif
}

// CHECK: at first
// CHECK-NEXT: call 1: 11, 1
// CHECK-NEXT: patched
// CHECK-NEXT: call 2, new: 111, 2
// CHECK-NEXT: reverted
// CHECK-NEXT: call 3: 112, 2
void act(void)
{
    count();
    printf("%d, %d\n", counter, exported);
}
