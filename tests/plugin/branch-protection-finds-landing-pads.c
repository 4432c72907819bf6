// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -O2 -fcf-protection=branch -c %s -o %t.o && llvm-objdump -d --no-show-raw-insn %t.o | FileCheck %s
// RUN: %cc -O2 -fcf-protection=branch -fplugin-arg-revector-translation=leaf -c %s -o %t.o && llvm-objdump -d --no-show-raw-insn %t.o | FileCheck --check-prefixes=CHECK,LEAF %s
// CHECK: <f>:
// CHECK-NEXT: endbr64
// CHECK: <f.rv>:
// CHECK-NEXT: endbr64
// LEAF: <f.rv.fault>:
// LEAF-NEXT: endbr64
int f(int x);
int f(int x)
{
    return x + 1;
}
