// SPDX-License-Identifier: BSD-2-Clause
// Comments, blank lines, names of locals, parameters, types and fields, order of
// declarations, functions that are gone.
// RUN: %cc -shared -fPIC -O2 -I%inputs %s -o %t.exe
// RUN: %refit -O2 -DAGAIN -I%inputs -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %cc -shared -fPIC -O0 -I%inputs %s -o %t.exe
// RUN: %refit -O0 -DAGAIN -I%inputs -c %s -o %t.o 2>&1 | FileCheck %s
// CHECK-NOT: replaced
// CHECK: remark: revector: nothing has changed in '{{.*}}places.c' since '{{.*}}.exe' was built from it
// CHECK-NOT: replaced
#include "hash.h"

#ifdef AGAIN
struct another_name {
    int count;
    struct another_name *following;
};
#define item another_name
#define number count
#define next following
static int counter;
#else
int gone(int x)
{
    return x + 1;
}
static int counter;
struct item {
    int number;
    struct item *next;
};
#endif

int walk(struct item *first)
{
#ifdef AGAIN


    // A comment.
    int sum = 0; for (struct item *it = first; it; it = it->next) sum += it->number;
    counter++;
    return sum;
#else
    int total = 0;
    for (struct item *at = first; at; at = at->next)
        total += at->number;
    counter++;
    return total;
#endif
}

#ifdef AGAIN
int use(int value) { if (value > environment) log_line("large", value); return value; }
#else
int use(int x)
{
    if (x > environment)
        log_line("large", x);
    return x;
}
#endif
