// SPDX-License-Identifier: BSD-2-Clause
// An object that a static local holds is found by its symbol, which C++ mangles.
// DEFINE: %{flags} = -I%inputs/../../../runtime/include
// RUN: %cxx %{flags} -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit %{flags} -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#include "revector/transform.h"

struct swapped {
#ifdef FIXED
    int b, a;
#else
    int a, b;
#endif
};

void *use()
{
    static swapped held[4];
    return held;
}

#ifdef FIXED
struct two {
    int a, b;
};
// CHECK: error: revector: 'use()::held' holds an object of a type whose layout changes
REVECTOR_WAS(struct swapped, struct two);
#endif
