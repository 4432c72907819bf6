// SPDX-License-Identifier: BSD-2-Clause
// Initialised pointers of new variables and of copied constants lead to the
// program's functions and variables, and are equal to the program's own.
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"

__attribute__((noinline)) int twice(int x)
{
    return x * 2;
}

__attribute__((noinline)) static int thrice(int x)
{
    return x * 3;
}

typedef int operation(int);
operation *last = thrice;
static int numbers[4] = {1, 2, 3, 4};

#ifdef FIXED
struct entry {
    const char *name;
    operation *run;
    int *at;
    long place;
};
static const struct entry constant[] = {{"twice", twice, &numbers[2], (long)&numbers[1]},
                                        {"thrice", thrice, numbers + 3, 0}};
static struct entry changing[] = {{"twice", twice, &numbers[1], 0}};
operation *exported[] = {0, thrice};
#endif

__attribute__((noinline)) static void show(int i)
{
#ifdef FIXED
    printf("%s %d %d %d; ", constant[i].name, constant[i].run(5), *constant[i].at,
           constant[0].place == (long)&numbers[1]);
    printf("%s %d %d; ", changing[0].name, changing[0].run(6), ++*changing[0].at);
    printf("same %d %d %d\n", exported[1] == last, constant[0].run == twice, last == thrice);
    changing[0].run = exported[i];
    changing[0].run = twice;
#else
    printf("%d %d\n", last(i), numbers[1]);
#endif
}

// CHECK: at first
// CHECK-NEXT: 3 2
// CHECK-NEXT: patched
// CHECK-NEXT: thrice 15 6 1; twice 12 3; same 1 1 1
// CHECK-NEXT: reverted
// CHECK-NEXT: 3 3
void act(void)
{
    volatile int one = 1;
    numbers[one + 2]++;
    show(one);
}
