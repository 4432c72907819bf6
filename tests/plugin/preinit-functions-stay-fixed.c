// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
// RUN: %cc -O1 -c %s -o %t.o -Rpass-missed=revector 2>&1 | FileCheck --check-prefix=REMARK %s
#include <stdio.h>

static int ran;

__attribute__((noinline)) static void count(void)
{
    ++ran;
}

// REMARK-DAG: early is not translated: it may run before the runtime library is relocated
// REMARK-DAG: count is not translated: it may run before the runtime library is relocated
static void early(int argc, char **argv, char **environment)
{
    (void)argc, (void)argv, (void)environment;
    count();
}

__attribute__((section(".preinit_array"), used)) static void (*entry)(int, char **, char **) = early;

int main(void)
{
    // CHECK: 1
    printf("%d\n", ran);
    return 0;
}
