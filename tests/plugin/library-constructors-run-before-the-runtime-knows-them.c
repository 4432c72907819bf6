// SPDX-License-Identifier: BSD-2-Clause
// Two libraries that need each other: one constructor calls into a library whose
// own constructors have not run.
// RUN: split-file %s %t.dir
// RUN: %cc -O2 -fPIC -shared %t.dir/a.c -o %T/liba-circle.so
// RUN: %cc -O2 -fPIC -shared %t.dir/b.c %T/liba-circle.so -Wl,-rpath,%T -o %T/libb-circle.so
// RUN: %cc -O2 -fPIC -shared %t.dir/a.c %T/libb-circle.so -Wl,-rpath,%T -o %T/liba-circle.so
// RUN: %cc -O2 %t.dir/main.c %T/liba-circle.so -Wl,-rpath,%T -Wl,-rpath-link,%T -o %t
// RUN: %t | FileCheck %s
// CHECK-DAG: a calls b: 20
// CHECK-DAG: b calls a: 10
// CHECK: main: 10

//--- a.c
#include <stdio.h>
int a(void);
extern int b(void);
int a(void)
{
    return 10;
}
__attribute__((constructor)) static void start(void)
{
    printf("a calls b: %d\n", b());
}

//--- b.c
#include <stdio.h>
int b(void);
extern int a(void);
int b(void)
{
    return 20;
}
__attribute__((constructor)) static void start(void)
{
    printf("b calls a: %d\n", a());
}

//--- main.c
#include <stdio.h>
extern int a(void);
int main(void)
{
    printf("main: %d\n", a());
    return 0;
}
