// SPDX-License-Identifier: BSD-2-Clause
// New functions, local ones and others, are methods of the patch; what they need
// comes along.
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"
#include <string.h>

static int base = 40;

#ifdef FIXED
static int depth;

__attribute__((noinline)) static int unwind(int n)
{
    depth++;
    return n ? unwind(n - 1) + 1 : base;
}

__attribute__((noinline)) int brand_new(const char *text)
{
    return unwind((int)strlen(text)) * 10 + depth;
}
#endif

__attribute__((noinline)) static int answer(void)
{
#ifdef FIXED
    return brand_new("ab");
#else
    return base;
#endif
}

// CHECK: at first
// CHECK-NEXT: 40
// CHECK-NEXT: patched
// CHECK-NEXT: 423
// CHECK-NEXT: reverted
// CHECK-NEXT: 40
void act(void)
{
    printf("%d\n", answer());
}
