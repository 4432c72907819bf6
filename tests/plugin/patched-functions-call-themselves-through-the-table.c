// SPDX-License-Identifier: BSD-2-Clause
// A recursive function that is reverted while it runs goes on in the old body;
// its address is the program's.
// RUN: %patch %t %s | FileCheck %s
#define ACT_REVERTS
#include "patch.h"

typedef int function(int);
__attribute__((noinline)) int down(int n);
function *kept = down;
static int revert_at = -1;
static const struct rv_apply_options at_once = {.size = sizeof(at_once),
                                                .consistency = RV_APPLY_PER_CALL};

int down(int n)
{
    volatile int rest = n;
    if (n == 0)
        return 0;
    if (n == revert_at && rv_revert(0, &at_once))
        return -1000;
#ifdef FIXED
    return down(rest - 1) + (kept == down ? 100 : -1);
#else
    return down(rest - 1) + 1;
#endif
}

// CHECK: at first
// CHECK-NEXT: 4
// CHECK-NEXT: patched
// CHECK-NEXT: 400
// CHECK-NEXT: 202
// CHECK-NEXT: 4
void act(void)
{
    static int round;
    printf("%d\n", down(4));
    if (round++ == 1) {
        revert_at = 3;
        printf("%d\n", down(4));
        revert_at = -1;
    }
}
