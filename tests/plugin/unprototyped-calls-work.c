// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s -std=gnu89 -w | FileCheck %s
#include <stdio.h>

extern int later();

int before(x)
    int x;
{
    return later(x, 2.5);
}

int later(x, d) int x;
double d;
{
    return x + (int)(d * 2);
}

int main()
{
    // CHECK: 6
    printf("%d\n", before(1));
    return 0;
}
