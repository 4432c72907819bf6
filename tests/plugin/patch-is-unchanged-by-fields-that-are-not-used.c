// SPDX-License-Identifier: BSD-2-Clause
// A field at the end of a struct changes functions that depend on its size, and
// none that only reaches other fields of a local one.
// RUN: %cc -shared -fPIC -O2 -I%inputs %s -o %t.exe
// RUN: %refit -O2 -DAGAIN -I%inputs -c %s -o %t.o 2>&1 | FileCheck %s
// CHECK-NOT: replaced
// CHECK: remark: size is replaced
// CHECK-NOT: replaced
#include "hash.h"

struct thing {
    int first, second;
#ifdef AGAIN
    int third;
#endif
};

int reach(void *opaque)
{
    struct thing *it = opaque;
    return it->second;
}

int size(void)
{
    return (int)sizeof(struct thing);
}
