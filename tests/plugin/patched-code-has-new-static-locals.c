// SPDX-License-Identifier: BSD-2-Clause
// A new one starts with its initialiser; an existing one keeps its value, also if
// another one of the same name is in another function.
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"

__attribute__((noinline)) static int other(void)
{
    static int calls = 1000;
    return ++calls;
}

__attribute__((noinline)) static int count(void)
{
    static int calls;
#ifdef FIXED
    static int since_the_patch = 500;
    ++since_the_patch;
    printf("since the patch %d, ", since_the_patch);
#endif
    return ++calls;
}

// CHECK: at first
// CHECK-NEXT: calls 2, other 1001
// CHECK-NEXT: patched
// CHECK-NEXT: since the patch 501, since the patch 502, calls 4, other 1002
// CHECK-NEXT: reverted
// CHECK-NEXT: calls 6, other 1003
void act(void)
{
    count();
    printf("calls %d, ", count());
    printf("other %d\n", other());
}
