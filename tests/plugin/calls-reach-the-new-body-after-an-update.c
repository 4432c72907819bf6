// SPDX-License-Identifier: BSD-2-Clause
// The loads of a translation are neither kept from call to call nor moved out of
// a loop, in any form, at any level.
// RUN: %cc -O0 -I%inputs/../../.. %s -o %t.0 && %t.0 | FileCheck %s
// RUN: %cc -O3 -I%inputs/../../.. %s -o %t.3 && %t.3 | FileCheck %s
// RUN: %cc -O3 -fPIC -I%inputs/../../.. -fplugin-arg-revector-place=inline %s -o %t.i && %t.i | FileCheck %s
// RUN: %cc -O0 -I%inputs/../../.. -fplugin-arg-revector-place=inline %s -o %t.i0 && %t.i0 | FileCheck %s
// RUN: %cc -O3 -I%inputs/../../.. -fplugin-arg-revector-translation=leaf %s -o %t.l && %t.l | FileCheck %s
// RUN: %cc -O3 -I%inputs/../../.. -fplugin-arg-revector-translation=leaf -fplugin-arg-revector-place=inline %s -o %t.li && %t.li | FileCheck %s
// RUN: %cc -O3 -flto -fuse-ld=lld -I%inputs/../../.. -fplugin-arg-revector-translation=leaf -fplugin-arg-revector-place=inline %s -o %t.lto && %t.lto | FileCheck %s
// RUN: %cc -O3 -flto=thin -fuse-ld=lld -I%inputs/../../.. -fplugin-arg-revector-place=inline %s -o %t.thin && %t.thin | FileCheck %s
#include "tests/plugin/Inputs/entries.h"

static volatile int zero;

__attribute__((noinline)) static int twice(int x)
{
    return x * 2 + zero;
}

__attribute__((used, noinline)) static int replacement(int x)
{
    return x * 3 + zero;
}

__attribute__((noinline)) static int sum(int n, int at, int x)
{
    int total = 0;
    for (int i = 0; i < n; ++i) {
        if (i == at)
            replace_method("twice", replacement);
        total += twice(x);
    }
    return total;
}

int main(int argc, char **argv)
{
    (void)argv;
    const int x = argc + 6;
    // CHECK: 14 then 21
    int before = twice(x);
    replace_method("twice", replacement);
    printf("%d then %d\n", before, twice(x));
    replace_method("twice", RV_TARGET(void, find_method("twice")->body));
    // CHECK: 14, 5 * 14 + 5 * 21 = 175
    printf("%d, 5 * 14 + 5 * 21 = %d\n", twice(x), sum(10, 5, x));
    return 0;
}
