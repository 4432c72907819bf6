// SPDX-License-Identifier: BSD-2-Clause
// An enumerator is a number in live data: it keeps it, and new ones go behind the others.
// The last one may be their count, so it may change, with a warning.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %refit -O2 -DALLOWED -c %s -o %t.o 2>&1 | FileCheck %s --check-prefix=COUNT
enum colour {
    RED,
#ifdef FIXED
    ORANGE,
#endif
    GREEN,
    BLUE,
};
enum colour now;

enum state {
    IDLE,
    BUSY,
#ifdef ALLOWED
    LOST,
#endif
    STATES
};
enum state counts[8];

int use(int n);
int use(int n)
{
    counts[n] = BUSY;
#ifdef ALLOWED
    counts[n] = LOST;
#endif
    return now == GREEN ? counts[n & 7] : STATES;
}

// CHECK: error: revector: 'GREEN' of 'enum colour' was 1 and is 2 now, but live data may hold the old number; put new values behind the old ones, or give the new enum another name
// CHECK-NEXT: warning: revector: 'BLUE' of 'enum colour' was 2 and is 3 now,
// CHECK-NOT: error: revector
// COUNT-NOT: error:
// COUNT: warning: revector: 'STATES' of 'enum state' was 2 and is 3 now, which is right for a count
// COUNT-NOT: error:
