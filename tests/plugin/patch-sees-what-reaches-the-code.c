// SPDX-License-Identifier: BSD-2-Clause
// One function for each kind of change, and a twin that has none.
// RUN: %cc -shared -fPIC -O2 -I%inputs %s -o %t.exe
// RUN: %refit -O2 -DAGAIN -I%inputs -c %s -o %t.o 2>&1 | grep -o 'remark: .* is .*:' | sort | FileCheck %s
// RUN: %cc -shared -fPIC -O0 -I%inputs %s -o %t.exe
// RUN: %refit -O0 -DAGAIN -I%inputs -c %s -o %t.o 2>&1 | grep -o 'remark: .* is .*:' | sort | FileCheck %s
#include "hash.h"

#ifdef AGAIN
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

// CHECK: remark: alignment is replaced:
// CHECK-NEXT: remark: assembler is replaced:
// CHECK-NEXT: remark: bitfield is replaced:
// CHECK-NEXT: remark: callee is replaced:
// CHECK-NEXT: remark: comparison is replaced:
// CHECK-NEXT: remark: constant is replaced:
// CHECK-NEXT: remark: floating is replaced:
// CHECK-NEXT: remark: label is replaced:
// CHECK-NEXT: remark: never_returning is replaced:
// CHECK-NEXT: remark: order is replaced:
// CHECK-NEXT: remark: overflow is replaced:
// CHECK-NEXT: remark: section is replaced:
// CHECK-NEXT: remark: string is replaced:
// CHECK-NEXT: remark: table is replaced:
// CHECK-NEXT: remark: table_of_tables is replaced:
// CHECK-NEXT: remark: table_of_variables is replaced:
// CHECK-NEXT: remark: variable is replaced:
// CHECK-NEXT: remark: volatility is replaced:
// CHECK-NOT: remark:

int constant(int x) { return x + OF(1, 2); }
int twin_constant(int x) { return x + 1; }

double floating(double x) { return x * OF(1.5, 1.25); }

int comparison(int x) { return x OF(<, <=) environment; }

const char *string(void) { return OF("text", "texT"); }
const char *twin_string(void) { return "text"; }

static const short numbers[] = {1, 2, OF(3, 4), 5};
static const short other_numbers[] = {1, 2, 3, 6};
int table(int n) { return numbers[n]; }
int twin_table(int n) { return other_numbers[n]; }

static const char *const names[] = {"a", OF("b", "c")};
static const char *const *const lists[] = {names, names + 1};
char table_of_tables(int n) { return lists[n][0][0]; }

extern int another;
static int *const variables[] = {&environment, OF(&environment, &another)};
int table_of_variables(int n) { return *variables[n]; }

int first(void);
int second(void);
int callee(void) { return OF(first, second)(); }
int twin_callee(void) { return first(); }

int variable(void) { return OF(environment, another); }

void stop(int) OF(, __attribute__((noreturn)));
void never_returning(int x)
{
    if (x)
        stop(x);
    log_line("end", x);
}

int assembler(int x)
{
    __asm__(OF("incl %0", "decl %0") : "+r"(x));
    return x;
}

int volatility(OF(, volatile) int *at) { return *at; }

int order(int *at) { return __atomic_load_n(at, OF(__ATOMIC_SEQ_CST, __ATOMIC_RELAXED)); }

struct OF(bits, other_bits) {
    unsigned low : OF(3, 4), high : 5;
};
int bitfield(void *of) { return ((struct OF(bits, other_bits) *)of)->low; }

int label(int n)
{
    static const void *const places[] = {OF(&&one, &&two), OF(&&two, &&one)};
    goto *places[n];
one:
    return first();
two:
    return second();
}

typedef int unaligned __attribute__((aligned(1)));
int alignment(void *at) { return *(OF(int, unaligned) *)at; }

int overflow(int x) { return OF(x * 3 / 3, (int)((unsigned)x * 3) / 3); }

OF(, __attribute__((section("other_text")))) void section(void) { log_line("here", 1); }
