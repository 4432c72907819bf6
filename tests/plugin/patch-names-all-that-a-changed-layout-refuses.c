// SPDX-License-Identifier: BSD-2-Clause
// clang stops at twenty errors; the type that is the reason, and every name, is said.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// CHECK-COUNT-6: error: revector: the signature of 'f{{[0-9]+}}', or the layout
// CHECK-NOT: too many errors
// CHECK: note: revector: for the same reason as 'f00', refused as well: 'f06',{{.*}} 'f24'
// CHECK: note: revector: 'struct session' has 4 bytes (number at 0, 4 bytes) in the program, and 8
struct session {
    int number;
#ifdef FIXED
    int more;
#endif
};

#define F(n)                      \
    int f##n(struct session *of); \
    int f##n(struct session *of) { return of->number + 1##n; }
#define FIVE(a, b, c, d, e) F(a) F(b) F(c) F(d) F(e)

FIVE(00, 01, 02, 03, 04)
FIVE(05, 06, 07, 08, 09)
FIVE(10, 11, 12, 13, 14)
FIVE(15, 16, 17, 18, 19)
FIVE(20, 21, 22, 23, 24)
