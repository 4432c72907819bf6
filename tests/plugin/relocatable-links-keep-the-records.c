// SPDX-License-Identifier: BSD-2-Clause
// RUN: split-file %s %t.dir
// RUN: %cc -O1 -c %t.dir/a.c -I%inputs/../../.. -o %t.a.o && %cc -O1 -c %t.dir/b.c -o %t.b.o
// RUN: %cc -r %t.a.o %t.b.o -o %t.ld.o && %cc %t.ld.o -o %t.ld && %t.ld | FileCheck %s
// RUN: %cc -fuse-ld=lld -r %t.a.o %t.b.o -o %t.lld.o && %cc -fuse-ld=lld %t.lld.o -o %t.lld && %t.lld | FileCheck %s
// CHECK-DAG: main
// CHECK-DAG: b
// CHECK: 2 methods, result 7

//--- a.c
#include "tests/plugin/Inputs/entries.h"
extern int b(int x);
int main(void)
{
    int count = 0;
    for (const struct rv_method *method = methods_begin; method < methods_end; ++method)
        count += !(method->flags & RV_METHOD_FIXED) && puts(method_name(method)) >= 0 &&
                 (method->flags & RV_METHOD_STATIC) == 0;
    printf("%d methods, result %d\n", count, b(6));
    return 0;
}

//--- b.c
int b(int x);
int b(int x)
{
    return x + 1;
}
