// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %cc -shared -fPIC -O0 %s -o %t.exe
// RUN: not %refit -O0 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

// CHECK-NOT: error:
int same = 3;
static int also_same[2];

// CHECK-DAG: error: revector: the type of 'size', or the layout of a type that it uses, has changed, but the program has live data of the old one; give the new variable another name
int size[OF(3, 4)];

// CHECK-DAG: error: revector: the type of 'kind',
OF(int, float) kind;

struct entry {
    int key;
    OF(, int value;)
};
// CHECK-DAG: error: revector: the layout of 'struct entry' has changed (4 bytes, now 8): used by 'reached',
struct entry *reached;

// CHECK-DAG: error: revector: the type of 'use.local', or the layout
// CHECK-DAG: error: revector: the initialiser of 'start' has changed, but the variable exists already; assign the value in a function, or give the new variable another name
int start = OF(1, 2);

// CHECK-DAG: error: revector: the initialiser of 'text' has changed,
const char *text = OF("old", "new");

// CHECK-DAG: error: revector: the initialiser of 'exported_constant' has changed,
const int exported_constant[] = {1, OF(2, 3)};

// CHECK-DAG: error: revector: the type of 'per_thread', or the layout
OF(, __thread) int per_thread;

int use(int n)
{
    static OF(short, long) local;
    local += n;
    also_same[n & 1] += n;
    return (int)local + also_same[0] + same;
}
// CHECK-NOT: error:
