// SPDX-License-Identifier: BSD-2-Clause
// A function may be the hook of two kinds: one check before both ways, or one note after both.
// RUN: %patch %t %s | FileCheck %s
// RUN: %revector inspect %t.rvp | FileCheck %s --check-prefix=NAMES
#include "patch.h"
#include "revector/patch.h"

#ifdef FIXED
#define VERSION "new"
#else
#define VERSION "old"
#endif

REVECTOR_PRE_APPLY REVECTOR_PRE_REVERT static int before(struct rv_hook *hook)
{
    printf("before: update %u\n", hook->update);
    return 0;
}

REVECTOR_POST_APPLY REVECTOR_POST_REVERT static void after(struct rv_hook *hook)
{
    printf("after: error %d\n", hook->error);
}

void act(void)
{
    puts(VERSION);
}

// CHECK: at first
// CHECK-NEXT: old
// CHECK-NEXT: before: update 0
// CHECK-NEXT: after: error 0
// CHECK-NEXT: patched
// CHECK-NEXT: new
// CHECK-NEXT: before: update 1
// CHECK-NEXT: after: error 0
// CHECK-NEXT: reverted
// CHECK-NEXT: old

// NAMES-DAG: pre apply{{.*}} before
// NAMES-DAG: post apply{{.*}} after
// NAMES-DAG: pre revert{{.*}} before
// NAMES-DAG: post revert{{.*}} after
