// SPDX-License-Identifier: BSD-2-Clause
// Computed goto: a table of labels is the body's own, old or new.
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"

__attribute__((noinline)) static int run(const char *code)
{
    static void *const fixed[] = {&&stop, &&add, &&twice};
    static void *changing[] = {&&stop, &&add, &&twice};
    int value = 0;

    goto *fixed[*code++ - '0'];
add:
#ifdef FIXED
    value += 10;
#else
    value += 1;
#endif
    goto *fixed[*code++ - '0'];
twice:
    value *= 2;
    goto *changing[*code++ - '0'];
stop:
    return value;
}

// CHECK: at first
// CHECK-NEXT: 5
// CHECK-NEXT: patched
// CHECK-NEXT: 50
// CHECK-NEXT: reverted
// CHECK-NEXT: 5
void act(void)
{
    printf("%d\n", run("11210"));
}
