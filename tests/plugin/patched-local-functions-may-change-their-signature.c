// SPDX-License-Identifier: BSD-2-Clause
// The new one is a new function, and all their callers go with it, also where what they
// pass looks the same.
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"

static int state = 3;

#ifdef FIXED
__attribute__((noinline)) static int compute(int a, int b)
{
    return a * b + state;
}
#else
__attribute__((noinline)) static int compute(int a)
{
    return a + state;
}
#endif

struct one {
    int value;
};
struct other {
    int value;
};
static struct one object = {7};

#ifdef FIXED
__attribute__((noinline)) static int read_out(struct other *it)
{
    return it->value + 1;
}
#else
__attribute__((noinline)) static int read_out(struct one *it)
{
    return it->value;
}
#endif

__attribute__((noinline)) static int pass_on(void *it)
{
    return 10 * read_out(it);
}

__attribute__((noinline)) static int use(int a)
{
#ifdef FIXED
    return compute(a, 100) - compute(a, 0);
#else
    return compute(a);
#endif
}

// CHECK: at first
// CHECK-NEXT: 8 70
// CHECK-NEXT: patched
// CHECK-NEXT: 500 80
// CHECK-NEXT: reverted
// CHECK-NEXT: 8 70
void act(void)
{
    volatile int five = 5;
    void *volatile any = &object;
    printf("%d %d\n", use(five), pass_on(any));
}
