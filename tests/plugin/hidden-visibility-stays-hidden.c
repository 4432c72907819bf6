// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -O2 -fPIC -fvisibility=hidden -shared %s -o %t.so
// RUN: llvm-nm -D --defined-only %t.so | FileCheck %s
// RUN: %cc -O2 -fPIC -fvisibility=hidden -fplugin-arg-revector-translation=leaf -fuse-ld=lld -shared %s -o %t.so
// RUN: llvm-nm -D --defined-only %t.so | FileCheck %s
int internal(int x);

__attribute__((noinline)) int internal(int x)
{
    return x + 1;
}

// CHECK: T shown
// CHECK-NOT: {{.}}
__attribute__((visibility("default"))) int shown(int x)
{
    return internal(x) * 2;
}
