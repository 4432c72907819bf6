// SPDX-License-Identifier: BSD-2-Clause
// Lines that move: in asserts, in macros that pass __LINE__ on, in what is
// inlined. A changed number that is no line, and a changed text, still count.
// RUN: %cc -shared -fPIC -O2 -I%inputs %s -o %t.exe
// RUN: %refit -O2 -DAGAIN -I%inputs -c %s -o %t.o 2>&1 | grep -o 'remark: .* is .*:' | sort | FileCheck %s
// RUN: %cc -shared -fPIC -O0 -I%inputs %s -o %t.exe
// RUN: %refit -O0 -DAGAIN -I%inputs -c %s -o %t.o 2>&1 | grep -o 'remark: .* is .*:' | sort | FileCheck %s
// CHECK-NOT: remark:
// CHECK: remark: number_at_its_line is replaced:
// CHECK-NEXT: remark: text is replaced:
// CHECK-NOT: remark:
//
// And they arrive as numbers.
// RUN: %cc -O2 -DMAIN %s -o %t.main && %t.main
// RUN: %cc -O0 -DMAIN %s -o %t.main && %t.main
#include <assert.h>

#ifndef MAIN
#include "hash.h"

#define LOG_AT(text, line) log_line(text, line)
#define LOG(text) LOG_AT(text, __LINE__)

#ifdef AGAIN
#line 1000 // as if as many lines had been inserted
#endif

int asserts(int x)
{
    assert(x > 3);
    return x / 2;
}

void logs(void) { LOG("here"); }

static void *allocate(unsigned size, long line)
{
    log_line("allocate", (int)line);
    return size ? (void *)line : 0;
}

void *inlines(unsigned size) { return allocate(size, __LINE__); }
void *inlines_again(unsigned size) { return allocate(size + 1, (__LINE__)); }

#ifdef AGAIN
void text(void) { LOG("there"); }
#else
void text(void) { LOG("here"); }
#endif

#line 500
#ifdef AGAIN
void number_at_its_line(void) { log_line("number", 503); }
#else
void number_at_its_line(void) { log_line("number", 501); }
#endif

#else
#define IS(line, number) is(line, (number), __LINE__)

static int is(long line, int number, unsigned char low)
{
    return line == number && low == (unsigned char)number && line != 0;
}

static int __attribute__((noinline)) is_double(double line, int number) { return line == number; }

#line 300
int main(void)
{
    int sum = IS(__LINE__, 302);
    sum += IS(__LINE__, 303) + IS(__LINE__, 303);
    sum += is_double(__LINE__, 304);
    return sum == 4 ? 0 : 1;
}
#endif
