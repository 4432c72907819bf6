// SPDX-License-Identifier: BSD-2-Clause
// Also those that the old turn does not use; and the way that `return` leads.
// RUN: %patch %t %s | FileCheck %s
#include "revector/revector.h"
#include <stdio.h>

struct wide {
    long a, b, c;
    unsigned three : 3;
};

__attribute__((noinline)) static int apply(const char *patch)
{
    struct rv_apply_options options = {.size = sizeof(options), .consistency = RV_APPLY_PER_CALL};
    unsigned update;
    return rv_apply(patch, &options, &update);
}

// The old turn neither changes nor shows anything, and never leaves.
static struct wide serve(const char *patch, int unused, volatile long *shared)
{
    struct wide state = {1, 2, 3, 4};
    double ratio = 0.5;
    char text[6] = "hello";
    const long fixed = 77;
    int table[2][2] = {{1, 2}, {3, 4}};
    int (*call)(const char *) = puts;

    [[revector::loop]] for (int n = 0;; n++) {
#ifdef FIXED
        state.a += n;
        state.three = 5;
        ratio *= 3;
        text[0] = 'j';
        table[1][0] = unused;
        call(text);
        unused++;
        if (n == 3) {
            printf("%ld %u %.1f %ld %d\n", state.a, state.three, ratio, fixed, table[1][0]);
            *shared = 9;
            return state;
        }
#else
        if (n == 0 && apply(patch))
            __builtin_trap();
#endif
    }
}

// CHECK: jello
// CHECK-NEXT: jello
// CHECK-NEXT: jello
// CHECK-NEXT: 7 5 13.5 77 43
// CHECK-NEXT: 7 2 3 5 9
int main(int argc, char **argv)
{
    volatile long shared = argc;
    struct wide last = serve(argv[1], 41, &shared);

    printf("%ld %ld %ld %u %ld\n", last.a, last.b, last.c, last.three, shared);
    return 0;
}
