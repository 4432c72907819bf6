// SPDX-License-Identifier: BSD-2-Clause
// RUN: split-file %s %t.dir
// RUN: %same %t %t.dir/one.c %t.dir/two.c | FileCheck %s
// RUN: %cc -c -O1 %t.dir/one.c -o %t.one.o
// RUN: %clang -c -O1 %t.dir/two.c -o %t.two.o
// RUN: %cc %t.one.o %t.two.o -o %t.mixed
// RUN: %t.mixed | FileCheck %s
// CHECK: 1 1 1

//--- one.c
#include <stdio.h>

typedef int function(int);
extern function *table[];
extern function *address(void);
int triple(int x);

int triple(int x)
{
    return 3 * x;
}

int main(void)
{
    function *volatile here = triple;
    printf("%d %d %d\n", here == table[0], here == address(), table[0](2) == 6);
    return 0;
}

//--- two.c
typedef int function(int);
extern int triple(int x);
function *address(void);
function *table[] = {triple};

function *address(void)
{
    return triple;
}
