// SPDX-License-Identifier: BSD-2-Clause
// RUN: split-file %s %t.dir
// RUN: %cc -O2 -fPIC -shared %t.dir/library.c -o %t.so
// RUN: %cc -O2 %t.dir/program.c %t.so -Wl,-rpath,%T -o %t.pie
// RUN: %t.pie | FileCheck %s
// RUN: %cc -O2 -fno-pie -no-pie %t.dir/program.c %t.so -Wl,-rpath,%T -o %t.nopie
// RUN: %t.nopie | FileCheck %s
// RUN: %cc -O0 -fPIC -fplugin-arg-revector-place=inline %t.dir/program.c %t.so -Wl,-rpath,%T -o %t.pic
// RUN: %t.pic | FileCheck %s
// RUN: %clang -O2 %t.dir/program.c %t.so -Wl,-rpath,%T -o %t.uninstrumented
// RUN: %t.uninstrumented | FileCheck %s
// CHECK: library's function: equal, 42
// CHECK: program's function: equal, 43

//--- library.c
#include <stdio.h>

typedef int function(int);
int of_library(int x);
function *address_in_library(void);
void compare(function *theirs);
extern int of_program(int x);

int of_library(int x)
{
    return x + 1;
}

function *address_in_library(void)
{
    return of_library;
}

void compare(function *theirs)
{
    printf("program's function: %s, %d\n", theirs == of_program ? "equal" : "different", theirs(41));
}

//--- program.c
#include <stdio.h>

typedef int function(int);
extern int of_library(int x);
extern function *address_in_library(void);
extern void compare(function *theirs);
int of_program(int x);

int of_program(int x)
{
    return x + 2;
}

int main(void)
{
    function *volatile here = of_library;
    printf("library's function: %s, %d\n", here == address_in_library() ? "equal" : "different",
           here(41));
    compare(of_program);
    return 0;
}
