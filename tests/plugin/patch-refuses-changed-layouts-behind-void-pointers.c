// SPDX-License-Identifier: BSD-2-Clause
// A live object that only a `void *` leads to; functions that know its type may be
// inlined into others. Who only reaches fields that have not moved is not in the way.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %cc -shared -fPIC -O0 %s -o %t.exe
// RUN: not %refit -O0 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %refit -O0 -DAPPENDED -c %s -o %t.o
// RUN: %cc -shared -fPIC -O2 -DRENAMED %s -o %t.exe
// RUN: %refit -O2 -DFIXED -DRENAMED -c %s -o %t.o
// CHECK: error: revector: the layout of 'struct context' has changed, and '{{reads|value_of}}', which is in the patch, works on such objects
// CHECK: note: revector: 'struct context' has 8 bytes (number at 0, 4 bytes; value at 4, 4 bytes) in the program, and 12 bytes
#if defined RENAMED && defined FIXED
#define context context_2
#endif

struct context {
    int number;
#ifdef FIXED
    int inserted;
#endif
    int value;
#ifdef APPENDED
    int appended;
#endif
};
void *contexts[8];

static int value_of(void *of) { return ((struct context *)of)->value; }

int reads(int n);
int reads(int n)
{
    return value_of(contexts[n]);
}

int other(int x);
int other(int x)
{
#ifdef APPENDED
    return x + 2;
#else
    return x + 1;
#endif
}
