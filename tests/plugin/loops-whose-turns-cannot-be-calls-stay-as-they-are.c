// SPDX-License-Identifier: BSD-2-Clause
// With a warning that says why, and they still work.
// RUN: %cc -O1 -c %s -o %t.o -Xclang -verify
// RUN: llvm-nm %t.o | FileCheck %s
// CHECK-NOT: .loop
#include <alloca.h>
#include <setjmp.h>
#include <stdarg.h>

int get(void);
void put(void *);

#define LOOP [[revector::loop]]

void computed(int x)
{
    LOOP for (;;) { // expected-warning {{this loop's turns are not calls: it jumps to computed addresses}}
        static void *const table[] = {&&one, &&two};
        goto *table[x];
    one:
        put(0);
    two:
        x = get();
    }
}

void jumps(jmp_buf place)
{
    LOOP while (get()) // expected-warning {{it calls setjmp, which would return into a turn that is over}}
        if (setjmp(place))
            put(0);
}

void allocates(void)
{
    LOOP do // expected-warning {{it calls alloca, whose memory would not outlast the turn}}
        put(alloca(8));
    while (get());
}

void entered(int x)
{
    if (x)
        goto in;
    LOOP for (;;) { // expected-warning {{a goto leads into it}}
    in:
        x = get();
    }
}

void duff(int x)
{
    switch (x) {
    case 0:
        LOOP do { // expected-warning {{it holds a case of a switch around it}}
            x = get();
        case 1:
            put(0);
        } while (x);
    }
}

void lengths(int n)
{
    int table[n];
    LOOP for (;;) // expected-warning {{it uses 'table', whose address cannot be handed to it}}
        table[get()] = 1;
}

void casts(int n, void *p)
{
    LOOP for (;;) // expected-warning {{it names a type of variable length}}
        (*(int(*)[n])p)[1] = get();
}

void arguments(int n, ...)
{
    LOOP for (;;) { // expected-warning {{it reads the arguments that have no name}}
        va_list list;
        va_start(list, n);
        put(va_arg(list, void *));
        va_end(list);
    }
}
