// SPDX-License-Identifier: BSD-2-Clause
// Whoever is refused for a layout reads which fields are where: in the program, and now.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

struct same {
    int a;
};

struct session {
    int number;
    OF(, short flags;)
    struct same inner;
    unsigned on : 3;
    char name[OF(4, 8)];
};
struct session *sessions;

// A new field in what was padding: the objects are as large as before, but what they
// have there nobody has ever written.
struct padded {
    char kind;
    OF(, char state;)
    int value;
};
struct padded padded;

typedef union {
    int whole;
    OF(short, char) part;
} number;
number shared;

int use(int n);
int use(int n)
{
    padded.value += n;
    return sessions ? sessions->number + shared.whole + padded.value : padded.kind;
}

// CHECK-DAG: error: revector: the layout of 'struct session' has changed (16 bytes, now 24): used by 'sessions',
// CHECK-DAG: error: revector: the layout of 'struct padded' has changed (8 bytes, as before, but 'state' differs): used by 'padded',
// CHECK-DAG: error: revector: the layout of 'union number' has changed (4 bytes, as before, but 'part' differs): used by 'shared',
// CHECK: note: revector: 'struct padded' has 8 bytes (kind at 0, 1 bytes; value at 4, 4 bytes) in the program, and 8 bytes (kind at 0, 1 bytes; state at 1, 1 bytes; value at 4, 4 bytes) in the new source
// CHECK-NEXT: note: revector: 'struct session' has 16 bytes (number at 0, 4 bytes; inner at 4, 4 bytes; on at 8, 0.3 bytes; name at 9, 4 bytes) in the program, and 24 bytes (number at 0, 4 bytes; flags at 4, 2 bytes; inner at 8, 4 bytes; on at 12, 0.3 bytes; name at 13, 8 bytes) in the new source
// CHECK-NEXT: note: revector: 'union number' has 4 bytes (whole at 0, 4 bytes; part at 0, 2 bytes) in the program, and 4 bytes (whole at 0, 4 bytes; part at 0, 1 bytes) in the new source
// CHECK-NOT: struct same
