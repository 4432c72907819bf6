// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
#include <stdio.h>

static int calls;

__attribute__((noinline, preserve_most)) static void preserving(int x)
{
    calls += x;
}

__attribute__((noinline, regcall)) static int in_registers(int a, int b, int c, int d, int e, int f,
                                                           int g, int h, int i, int j)
{
    return a + b + c + d + e + f + g + h + i + j;
}

__attribute__((noinline, ms_abi)) static int foreign(int a, int b, int c, int d, int e)
{
    return a * 10000 + b * 1000 + c * 100 + d * 10 + e;
}

__attribute__((naked, noinline)) static int naked(int x)
{
    __asm__("lea 1(%rdi), %eax\n\tret");
}

int main(void)
{
    preserving(4);
    // CHECK: 4 55 12345 7
    printf("%d %d %d %d\n", calls, in_registers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
           foreign(1, 2, 3, 4, 5), naked(6));
    return 0;
}
