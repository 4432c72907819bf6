// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -O2 -fPIC -fplugin-arg-revector-place=inline -c %s -o %t.o -Rpass=revector -Rpass-missed=revector 2>&1 | FileCheck %s

// CHECK-DAG: [[@LINE+2]]:{{.*}} remark: local is translated: walk, inline [-Rpass=revector]
__attribute__((noinline)) static int local(int x)
{
    return x + 1;
}

// CHECK-DAG: remark: exported is translated: walk, inline
__attribute__((noinline)) int exported(int x)
{
    // CHECK-DAG: [[@LINE+1]]:{{.*}} remark: call of local is translated in place [-Rpass=revector]
    return local(x) + 1;
}

int user(int x)
{
    // CHECK-DAG: [[@LINE+1]]:{{.*}} remark: call of exported goes through the stub: it may reach another definition [-Rpass-missed=revector]
    return exported(x) + 1;
}

int tail(int x)
{
    // CHECK-DAG: [[@LINE+1]]:{{.*}} remark: call of local goes through the stub: it is a tail call that must stay one
    __attribute__((musttail)) return local(x);
}

// CHECK-DAG: remark: naked is not translated: it is naked
__attribute__((naked)) void naked(void)
{
    __asm__("ret");
}

// CHECK-DAG: remark: preserving is not translated: it has a calling convention that leaves no register to translate with
__attribute__((preserve_most)) void preserving(void)
{
    exported(1);
}

// CHECK-DAG: remark: foreign is not translated: it has a calling convention
__attribute__((ms_abi)) int foreign(int x)
{
    return exported(x);
}
