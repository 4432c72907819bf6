// SPDX-License-Identifier: BSD-2-Clause
// RUN: split-file %s %t.dir
// RUN: %same %t %t.dir/one.c %t.dir/two.c | FileCheck %s
// CHECK: one 1
// CHECK: two 2

//--- one.c
#include <stdio.h>

static int calls;
void two(int n);

__attribute__((noinline)) static void helper(const char *who)
{
    printf("%s %d\n", who, ++calls);
}

int main(int argc, char **argv)
{
    (void)argv;
    helper("one");
    two(argc);
    return 0;
}

//--- two.c
#include <stdio.h>

static int calls = 1;
void two(int n);

__attribute__((noinline)) static void helper(const char *who, int n)
{
    calls += n;
    printf("%s %d\n", who, calls);
}

void two(int n)
{
    helper("two", n);
}
