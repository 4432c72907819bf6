// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -O1 -g %s -o %t
// RUN: gdb -nx -batch -ex 'break debuggers-show-lines-of-turns.c:17' -ex run -ex backtrace -ex 'frame 1' -ex 'print total' %t 2>&1 | FileCheck %s
#include <stdio.h>

// CHECK: Breakpoint 1, main.loop (frame=
// CHECK-SAME: at {{.*}}debuggers-show-lines-of-turns.c:17
// CHECK: #0 main.loop
// CHECK-NEXT: #1 {{.*}} main () at {{.*}}debuggers-show-lines-of-turns.c:15
// CHECK: 40
int main(void)
{
    int total = 40;

    [[revector::loop]] for (int i = 0; i < 2; i++)
        if (i == 0)
            puts("here");
        else
            total++;
    return total == 41 ? 0 : 1;
}
