// SPDX-License-Identifier: BSD-2-Clause
// main() never returns until the end; only its loop's turn is in the patch.
// RUN: %patch %t %s | FileCheck %s
// RUN: %revector inspect %t.rvp | FileCheck --check-prefix=HOLDS --implicit-check-not=main{{$}} %s
#include "revector/revector.h"
#include <stdio.h>

// HOLDS: main.loop

static unsigned update;

// Called by old turns and by new ones.
__attribute__((noinline)) static int step(int n, const char *patch)
{
    struct rv_apply_options options = {.size = sizeof(options), .consistency = RV_APPLY_PER_CALL};
    if (n == 2)
        return rv_apply(patch, &options, &update);
    if (n == 4)
        return rv_revert(update, &options);
    return 0;
}

#ifdef FIXED
#define GREETING "new"
#else
#define GREETING "old"
#endif

// CHECK: old 0
// CHECK-NEXT: old 1
// CHECK-NEXT: old 2
// CHECK-NEXT: new 3
// CHECK-NEXT: new 4
// CHECK-NEXT: old 5
// CHECK-NEXT: code 0 after 6
int main(int argc, char **argv)
{
    int n = 0, code = argc - 2;

    [[revector::loop]] for (;;) {
        printf(GREETING " %d\n", n);
        code = step(n, argv[1]);
        if (n++ == 5 || code)
            break;
    }
    printf("code %d after %d\n", code, n);
    return code;
}
