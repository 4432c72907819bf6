// SPDX-License-Identifier: BSD-2-Clause
// Addresses of the program's things in phi nodes, in constant expressions, as
// arguments, and compared with each other.
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"

struct pair {
    int first, second;
} pairs[3] = {{1, 2}, {3, 4}, {5, 6}};
static int left = 10, right = 20;
__attribute__((weak)) int lonely(void);

__attribute__((noinline)) static int *choose(int n)
{
    return n & 1 ? &left : &right;
}

__attribute__((noinline)) static int sum(const int *from, const int *to)
{
    int total = 0;
    for (; from != to; from++)
        total += *from;
    return total;
}

__attribute__((noinline)) static int mix(int n)
{
#ifdef FIXED
    int *at = &pairs[1].second;
    switch (n & 3) {
    case 0:
        at = &left;
        break;
    case 1:
        at = choose(1);
        break;
    case 2:
        at = &right;
        break;
    }
    return *at + sum(&pairs[0].first, &pairs[2].second) + (at == &left) * 100 +
           (lonely ? 1 : 2) * 1000;
#else
    return *choose(n) + pairs[1].second;
#endif
}

// CHECK: at first
// CHECK-NEXT: 24 14 24 14
// CHECK-NEXT: patched
// CHECK-NEXT: 2125 2125 2035 2019
// CHECK-NEXT: reverted
// CHECK-NEXT: 24 14 24 14
void act(void)
{
    printf("%d %d %d %d\n", mix(0), mix(1), mix(2), mix(3));
}
