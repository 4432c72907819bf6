// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
// RUN: %cc -O2 -I%inputs/../../.. -DREPLACE %s -o %t.replace
// RUN: %t.replace | FileCheck --check-prefix=REPLACE %s
#include <stdio.h>
#ifdef REPLACE
#include "tests/plugin/Inputs/entries.h"
#endif

int f(int x);
extern int g(int x) __attribute__((alias("f")));
extern int h(int x) __attribute__((weak, alias("f")));

__attribute__((noinline)) int f(int x)
{
    return x + 1;
}

__attribute__((used, noinline)) static int new_f(int x)
{
    return x + 100;
}

int main(void)
{
#ifdef REPLACE
    replace_method("f", new_f);
#else
    (void)new_f;
#endif
    // CHECK: 2 3 4 1
    // REPLACE: 101 102 103 1
    printf("%d %d %d %d\n", f(1), g(2), h(3), f == g);
    return 0;
}
