// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
#include <setjmp.h>
#include <stdio.h>

static jmp_buf buffer;

__attribute__((noinline)) static void deeper(int n)
{
    if (!n)
        longjmp(buffer, 5);
    deeper(n - 1);
}

__attribute__((noinline, returns_twice)) static int wrapped(jmp_buf *where)
{
    return __builtin_expect(where == &buffer, 1) ? 0 : -1;
}

__attribute__((noinline)) static int attempt(int n)
{
    volatile int before = n;
    int code = setjmp(buffer);
    if (!code)
        deeper(n);
    return code * 10 + before;
}

int main(void)
{
    // CHECK: 53 54 0
    printf("%d %d %d\n", attempt(3), attempt(4), wrapped(&buffer));
    return 0;
}
