// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -shared -fPIC -O2 -g -I%inputs %s -o %t.exe
// RUN: %refit -O2 -I%inputs -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %cc -shared -fPIC -O2 -I%inputs %s -o %t.exe
// RUN: %refit -O2 -g3 -I%inputs -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %cc -shared -fPIC -O0 -I%inputs %s -o %t.exe
// RUN: %refit -O0 -gline-tables-only -I%inputs -c %s -o %t.o 2>&1 | FileCheck %s
// CHECK-NOT: replaced
// CHECK: nothing has changed
#include "hash.h"
#include <stdarg.h>

static int inlined(int x)
{
    int doubled = x * 2;
    return doubled + environment;
}

int loops(const char *text, ...)
{
    va_list list;
    int sum = 0;

    va_start(list, text);
    for (const char *at = text; *at; at++) {
        int value = va_arg(list, int);
        sum += inlined(value);
        if (value < 0)
            log_line(at, sum);
    }
    va_end(list);
    return sum;
}
