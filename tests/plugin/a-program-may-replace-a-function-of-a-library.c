// SPDX-License-Identifier: BSD-2-Clause
// Symbol interposition: the library's own call must reach the program's function,
// with calls translated in place as well.
// RUN: split-file %s %t.dir
// RUN: %cc -O2 -fPIC -shared %t.dir/library.c -o %t.so
// RUN: %cc -O2 %t.dir/program.c %t.so -Wl,-rpath,%T -o %t && %t | FileCheck %s
// RUN: %cc -O2 -fPIC -shared -fplugin-arg-revector-place=inline %t.dir/library.c -o %t.so && %t | FileCheck %s
// RUN: %cc -O2 -fPIC -shared -fplugin-arg-revector-translation=leaf -fplugin-arg-revector-place=inline %t.dir/library.c -o %t.so && %t | FileCheck %s
// CHECK: program's

//--- library.c
#include <stdio.h>
void hook(void);
void library(void);
__attribute__((noinline)) void hook(void)
{
    puts("library's");
}
void library(void)
{
    hook();
}

//--- program.c
#include <stdio.h>
extern void library(void);
void hook(void);
void hook(void)
{
    puts("program's");
}
int main(void)
{
    library();
    return 0;
}
