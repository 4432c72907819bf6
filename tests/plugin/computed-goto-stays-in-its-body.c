// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
#include <stdio.h>

__attribute__((noinline)) static int run(const char *program, int value)
{
    static const void *const table[] = {['+'] = &&plus, ['*'] = &&times, ['.'] = &&end};
#define NEXT goto *table[(unsigned char)*program++]
    NEXT;
plus:
    ++value;
    NEXT;
times:
    value *= 2;
    NEXT;
end:
    return value;
}

__attribute__((noinline)) static int relative(int choice)
{
    static const int offsets[] = {&&a - &&a, &&b - &&a};
    goto *(&&a + offsets[choice]);
a:
    return 100;
b:
    return 200;
}

int main(void)
{
    // CHECK: 14 100 200
    printf("%d %d %d\n", run("++**++*+.", 0) - 7 * 3 + 14, relative(0), relative(1));
    return 0;
}
