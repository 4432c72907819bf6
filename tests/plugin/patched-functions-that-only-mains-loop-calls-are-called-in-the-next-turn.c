// SPDX-License-Identifier: BSD-2-Clause
// main() never returns until the end, and is not in the patch. All that it could know of the
// old function is wrong of the new one: it is called in one place, gives 0, needs no name.
// RUN: %patch %t %s | FileCheck %s
// RUN: %revector inspect %t.rvp | FileCheck --check-prefix=HOLDS --implicit-check-not=main{{$}} --implicit-check-not=run{{$}} %s
#include "revector/revector.h"
#include <stdio.h>

// HOLDS: handle

static unsigned update;

static int handle(int n, const char *name, const char *patch)
{
    struct rv_apply_options options = {.size = sizeof(options), .consistency = RV_APPLY_PER_CALL};
    int error = 0;

#ifdef FIXED
    printf("new %d %s\n", n, name);
    if (n == 5)
        return -7;
#else
    printf("old %d\n", n);
#endif
    if (n == 1 || n == 4)
        error = rv_apply(patch, &options, &update);
    if (n == 3)
        error = rv_revert(update, &options);
    if (error)
        printf("refused with code %d\n", error);
    return 0;
}

static int run(volatile int *n, const char *patch)
{
    // volatile: how often it goes round is not to be known
    for (;; ++*n) {
        int result = handle(*n, "named", patch);
        if (result)
            return result;
        if (*n == 6)
            return 1;
    }
}

// CHECK: old 0
// CHECK-NEXT: old 1
// CHECK-NEXT: new 2 named
// CHECK-NEXT: new 3 named
// CHECK-NEXT: old 4
// CHECK-NEXT: new 5 named
// CHECK-NEXT: ended by -7 in turn 5
int main(int argc, char **argv)
{
    volatile int n = 0;
    int result = run(&n, argv[argc - 1]);

    printf("ended by %d in turn %d\n", result, n);
    return 0;
}
