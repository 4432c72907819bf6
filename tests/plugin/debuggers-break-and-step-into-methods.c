// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -O1 -g %s -o %t
// RUN: gdb -nx -batch -ex 'break deep' -ex run -ex continue -ex backtrace %t 2>&1 | FileCheck --check-prefix=BREAK %s
// RUN: gdb -nx -batch -ex 'break debuggers-break-and-step-into-methods.c:27' -ex run -ex step -ex step -ex 'info frame' %t 2>&1 | FileCheck --check-prefix=STEP %s
#include <stdio.h>

// The stub, then the body with its arguments.
// BREAK: Breakpoint 1.1, deep () at {{.*}}debuggers-break-and-step-into-methods.c
// BREAK: Breakpoint 1.2, deep (x=3) at {{.*}}debuggers-break-and-step-into-methods.c
// BREAK: #0 {{.*}}deep (x=3)
// BREAK-NEXT: #1 {{.*}} middle (x=
// BREAK-NEXT: #2 {{.*}} main (
__attribute__((noinline)) static int deep(int x)
{
    puts("deep");
    return x + 1;
}

__attribute__((noinline)) static int middle(int x)
{
    return deep(x + 1) * 2;
}

int main(int argc, char **argv)
{
    (void)argv;
    return middle(argc + 1) == 8 ? 0 : 1;
    // STEP: middle () at
    // STEP: middle (x=2) at
    // STEP: called by frame at
}
