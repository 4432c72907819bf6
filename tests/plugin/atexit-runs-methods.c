// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
#include <stdio.h>
#include <stdlib.h>

static void first(void)
{
    puts("first registered, last run");
}

static void second(void)
{
    puts("second");
}

int main(void)
{
    atexit(first);
    atexit(second);
    // CHECK: main
    // CHECK-NEXT: second
    // CHECK-NEXT: first registered, last run
    puts("main");
    exit(3);
}
// CHECK: exit status 3
