// SPDX-License-Identifier: BSD-2-Clause
// The code behind a loop that had no end is there, and believes no old turn.
// RUN: %patch %t %s | FileCheck %s
#include "revector/revector.h"
#include <stdio.h>

__attribute__((noinline)) static int apply(const char *patch)
{
    struct rv_apply_options options = {.size = sizeof(options), .consistency = RV_APPLY_PER_CALL};
    unsigned update;
    return rv_apply(patch, &options, &update);
}

#ifdef FIXED
#define FOREVER (rounds < 3)
#else
#define FOREVER 1
#endif

// CHECK: 3 rounds, 12 done
int main(int argc, char **argv)
{
    int rounds = 0, done = 10;

    [[revector::loop]] while (FOREVER) {
#ifdef FIXED
        done++;
#else
        if (rounds == 0 && apply(argv[1]))
            return argc;
#endif
        rounds++;
    }
    printf("%d rounds, %d done\n", rounds, done);
    return 0;
}
