// SPDX-License-Identifier: BSD-2-Clause
// The type is the reason, and one error, however many use it; every name is said.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// CHECK-NOT: error:
// CHECK: error: revector: the layout of 'struct session' has changed (4 bytes, now 8): used by 'f{{[0-9]+}}' and 24 more, while live data or callers outside the patch have the old one; give the new type another name, or convert the objects [revector explain types]
// CHECK-NEXT: note: revector: 'struct session' is used as well by {{('f[0-9]+'(, )?){24}$}}
// CHECK-NEXT: note: revector: 'struct session' has 4 bytes (number at 0, 4 bytes) in the program, and 8
// CHECK-NOT: error:
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
