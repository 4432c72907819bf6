// SPDX-License-Identifier: BSD-2-Clause
// The numbers that the compiler appends to the names of constants and of static
// locals of one name count everything that comes before; only the function that
// has the new ones has changed.
// RUN: %cc -shared -fPIC -O2 -I%inputs %s -o %t.exe
// RUN: %refit -O2 -DAGAIN -I%inputs -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %cc -shared -fPIC -O0 -I%inputs %s -o %t.exe
// RUN: %refit -O0 -DAGAIN -I%inputs -c %s -o %t.o 2>&1 | FileCheck %s
// CHECK-NOT: replaced
// CHECK: remark: first is replaced
// CHECK-NOT: replaced
#include "hash.h"

void first(void)
{
#ifdef AGAIN
    static int counter;
    int table[] = {1, 2, 3, 4, environment};
    log_line("new", counter++);
    log_line("also new", table[environment]);
#endif
    log_line("old", 1);
}

int second(int n)
{
    int table[] = {9, 8, 7, environment};
    log_line("second", table[n]);
    if (n > 1) {
        static int counter;
        log_line("old", counter++);
    } else {
        static int counter = 7;
        log_line("older", counter++);
    }
    return table[n & 1];
}

static int *kept = (int[]){1, 2, 3};
static int *also_kept = (int[]){4, 5};
int *literal(void)
{
    int *result = kept;
    kept[0]++;
    kept = also_kept;
    return result;
}
