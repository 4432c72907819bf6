// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#ifdef FIXED
#define NEW 1
#else
#define NEW 0
#endif

// CHECK: error: revector: one function has more static variables of the name 'more.counter$2' than in the program, so they cannot be told apart; give the new one another name
int more(int n)
{
    if (n == 1) {
        static int counter;
        return counter++;
    }
#if NEW
    if (n == 2) {
        static int counter;
        return counter--;
    }
#endif
    static int counter;
    return counter += n;
}

// CHECK: error: revector: one function has fewer static variables of the name 'fewer.counter' than in the program, so they cannot be told apart; keep them all
int fewer(int n)
{
#if !NEW
    if (n == 1) {
        static int counter;
        return counter++;
    }
#endif
    static int counter;
    return counter += n;
}
