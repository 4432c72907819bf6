// SPDX-License-Identifier: BSD-2-Clause
// Whoever calls with an int passes the same 32 bits for an unsigned one: no other signature.
// Of a short one the caller extends the sign, and what comes back the caller looks at.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | grep -o 'remark: .* is .*:' | FileCheck %s
// RUN: not %refit -O2 -DFIXED -DWRONG -c %s -o %t.o 2>&1 | FileCheck --check-prefix=WRONG %s
#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif
#ifdef WRONG
#define IF_WRONG(old, new) new
#else
#define IF_WRONG(old, new) old
#endif

enum colour { RED, GREEN };

// CHECK: remark: integer is replaced:
int integer(OF(int, unsigned) x) { return x > 5 OF(, + 1); }
// CHECK: remark: wide is replaced:
int wide(OF(long, unsigned long) x) { return x > 5 OF(, + 1); }
// CHECK: remark: enumeration is replaced:
int enumeration(OF(enum colour, int) x) { return x > 5 OF(, + 1); }

// WRONG: error: revector: the signature of 'brief',
int brief(IF_WRONG(short, unsigned short) x) { return x > 5; }
// WRONG: error: revector: the signature of 'truth',
int truth(IF_WRONG(_Bool, char) x) { return x; }
// WRONG: error: revector: the signature of 'pointer',
int pointer(IF_WRONG(int, unsigned) *x) { return *x; }
// WRONG: error: revector: the signature of 'result',
IF_WRONG(int, unsigned) result(int x) { return x; }
