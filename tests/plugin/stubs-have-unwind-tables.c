// SPDX-License-Identifier: BSD-2-Clause
// A thread that is interrupted in a stub must be walked through like any other.
// RUN: %cc -O2 -c %s -o %t.o && llvm-dwarfdump --eh-frame %t.o | FileCheck %s
// RUN: %cc -O2 -fasynchronous-unwind-tables -fplugin-arg-revector-translation=leaf -c %s -o %t.o && llvm-dwarfdump --eh-frame %t.o | FileCheck --check-prefixes=CHECK,LEAF %s
// One for the stub, one for the body; the constructor and destructor of the image.
// CHECK-COUNT-4: FDE
// LEAF: FDE
int f(int x);
int f(int x)
{
    return x + 1;
}
