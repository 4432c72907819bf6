// SPDX-License-Identifier: BSD-2-Clause
// RUN: %patch %t %s | FileCheck %s
// RUN: %cc -O2 -I%inputs -I%inputs/../../../runtime/include %s -o %t.exe
// RUN: %refit -O2 -DFIXED -I%inputs -I%inputs/../../../runtime/include -c %s -o %t.o 2>&1 | FileCheck %s --check-prefix=REMARK
#include "patch.h"

// REMARK-NOT: remark: inlined
// REMARK-DAG: remark: user is replaced: its code has changed
// REMARK-DAG: remark: user_of_user is replaced: its code has changed
// REMARK-NOT: remark: stranger
static inline int inlined(int x)
{
#ifdef FIXED
    return x + 7;
#else
    return x + 5;
#endif
}

static inline int between(int x)
{
    return inlined(x) * 2;
}

__attribute__((noinline)) int user(int x)
{
    return inlined(x) + 1;
}

__attribute__((noinline)) int user_of_user(int x)
{
    return between(x);
}

__attribute__((noinline)) int stranger(int x)
{
    return user(x) * 10;
}

// CHECK: at first
// CHECK-NEXT: 7 12 70
// CHECK-NEXT: patched
// CHECK-NEXT: 9 16 90
// CHECK-NEXT: reverted
// CHECK-NEXT: 7 12 70
void act(void)
{
    volatile int one = 1;
    printf("%d %d %d\n", user(one), user_of_user(one), stranger(one));
}
