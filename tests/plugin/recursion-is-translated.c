// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
#include <stdio.h>

static int odd(unsigned n);

static int even(unsigned n)
{
    return n ? odd(n - 1) : 1;
}

static int odd(unsigned n)
{
    return n ? even(n - 1) : 0;
}

__attribute__((noinline)) static unsigned long ackermann(unsigned long m, unsigned long n)
{
    return !m ? n + 1 : ackermann(m - 1, n ? ackermann(m, n - 1) : 1);
}

int main(int argc, char **argv)
{
    (void)argv;
    // CHECK: 253 0 1
    printf("%lu %d %d\n", ackermann(3, 5 + argc - 1), even(argc), odd(argc));
    return 7;
}
// CHECK: exit status 7
