// SPDX-License-Identifier: BSD-2-Clause
// The caller's code has no zero-extension if the callee's results are known to be
// small; a callee that adds another number changes nothing for it.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: %refit -O2 -DAGAIN -c %s -o %t.o 2>&1 | grep -o 'remark: .* is .*:' | sort | FileCheck %s
// CHECK: remark: adds is replaced:
// CHECK-NEXT: remark: divides is replaced:
// CHECK-NEXT: remark: small is replaced:
// CHECK-NOT: remark:
#ifdef AGAIN
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

__attribute__((noinline)) static unsigned long small(unsigned long x)
{
    return OF(x & 255, x & 0xffffffffff);
}

unsigned long divides(unsigned long x, unsigned long y)
{
    return small(x) / small(y);
}

__attribute__((noinline)) int adds(int x)
{
    return x + OF(5, 6);
}

int multiplies(int x)
{
    return adds(x) * 10;
}
