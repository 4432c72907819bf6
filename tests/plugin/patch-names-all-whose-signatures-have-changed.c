// SPDX-License-Identifier: BSD-2-Clause
// clang stops at twenty errors; every name is said.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// CHECK-COUNT-6: error: revector: the signature of 'f{{[0-9]+}}', or the layout
// CHECK-NOT: error:
// CHECK: note: revector: for the same reason as 'f00', refused as well: 'f06',{{.*}} 'f24'
#ifdef FIXED
typedef long number;
#else
typedef int number;
#endif

#define F(n)                      \
    int f##n(number of);       \
    int f##n(number of) { return (int)of + 1##n; }
#define FIVE(a, b, c, d, e) F(a) F(b) F(c) F(d) F(e)

FIVE(00, 01, 02, 03, 04)
FIVE(05, 06, 07, 08, 09)
FIVE(10, 11, 12, 13, 14)
FIVE(15, 16, 17, 18, 19)
FIVE(20, 21, 22, 23, 24)
