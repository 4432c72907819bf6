// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
// RUN: %cc -O1 -c %s -o %t.o -Rpass-missed=revector -Rpass=revector 2>&1 | FileCheck --check-prefix=REMARK %s
#include <stdio.h>

static int fast(int x)
{
    return x * 2;
}

static int slow(int x)
{
    return x + x;
}

__attribute__((noinline)) static int is_fast(void)
{
    static volatile int answer = 1;
    return answer;
}

// REMARK-DAG: resolve is not translated: it may run before the runtime library is relocated
// REMARK-DAG: is_fast is not translated: it may run before the runtime library is relocated
// REMARK-DAG: fast is translated
static int (*resolve(void))(int)
{
    return is_fast() ? fast : slow;
}

int twice(int x) __attribute__((ifunc("resolve")));

__attribute__((target_clones("avx2", "default"))) int three_times(int x)
{
    return 3 * x;
}

int main(void)
{
    // CHECK: 42 63
    printf("%d %d\n", twice(21), three_times(21));
    return 0;
}
