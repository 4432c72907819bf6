// SPDX-License-Identifier: BSD-2-Clause
// Existing variables keep their values; new variables begin with their initialisers when
// the patch is applied; variables that the new source no longer has stay for the old code;
// a string constant is its function's own.
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"

static int existing = 1;
#ifndef FIXED
static int removed = 40;
#else
static int added = 500;
#endif

__attribute__((noinline)) static const char *name(void)
{
#ifdef FIXED
    return "new name";
#else
    return "old name";
#endif
}

void act(void)
{
    static int turns = 10; /* counts turns in the program, and dozens of them in the patch */

    existing++;
#ifdef FIXED
    turns += 12;
    printf("%s: %d %d, added %d\n", name(), existing, turns, ++added);
#else
    turns++;
    printf("%s: %d %d, removed %d\n", name(), existing, turns, ++removed);
#endif
}

// CHECK: at first
// CHECK-NEXT: old name: 2 11, removed 41
// CHECK-NEXT: patched
// CHECK-NEXT: new name: 3 23, added 501
// CHECK-NEXT: reverted
// CHECK-NEXT: old name: 4 24, removed 42
