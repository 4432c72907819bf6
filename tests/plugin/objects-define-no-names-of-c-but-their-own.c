// SPDX-License-Identifier: BSD-2-Clause
// libtool has nm list what an object defines, and refers to all of it from other objects.
// Weak objects (V) are no part of its list.
// RUN: %cc -O2 -c %s -o %t.o
// RUN: nm --defined-only %t.o | grep -E ' [A-UW-Z] [_A-Za-z][_A-Za-z0-9]*$' | FileCheck %s

char variable;
// CHECK: T function
void function(void)
{
}

// CHECK-NEXT: T main
int main(void)
{
    function();
    return variable;
}
// CHECK-NEXT: B variable
// CHECK-NOT: {{.}}
