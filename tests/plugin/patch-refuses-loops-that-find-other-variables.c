// SPDX-License-Identifier: BSD-2-Clause
// The loop that runs goes on with the variables that it has.
// RUN: %cc -shared -fPIC -O1 %s -o %t.exe
// RUN: not %refit -O1 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: not %refit -O1 -DFIXED -c %s -o %t.o 2>&1 | FileCheck --check-prefix=COUNT %s
#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

int get(void);
void put(int);

// COUNT-COUNT-6: error:
// COUNT-NOT: error:

int same(int a)
{
    int used = 1, declared_elsewhere;
    [[revector::loop]] for (;;) {
        int OF(inside, within) = get();
        put(OF(inside, within) + OF(0, used));
        if (OF(0, a) == 3)
            OF(, return 1);
    }
    int OF(behind, after) = declared_elsewhere = 2;
    return OF(behind, after);
}

// CHECK: error: revector: 'more.loop', which is a loop's turn, finds other variables around the loop, or of other types, or leads to other labels than in the running program, whose loop goes on with those that it has; now they are: a, b, extra [revector explain loops]{{$}}
void more(int a)
{
    int b = 1;
    OF(, int extra = 2;)
    [[revector::loop]] while (b < OF(a, a + extra))
        b = get();
}

// CHECK: error: revector: 'order.loop',
void order(int OF(a, b), int OF(b, a))
{
    [[revector::loop]] for (;;)
        put(a + OF(b, 1 + b));
}

// CHECK: error: revector: 'type.loop',
void type(void)
{
    OF(int, long) a = 1;
    [[revector::loop]] for (;;)
        a = get();
}

struct reached {
    int a;
    OF(, int b;)
};
// CHECK-DAG: error: revector: 'layout.loop',
static void layout(void)
{
    struct reached it = {0};
    [[revector::loop]] for (;;)
        put(it.a += get());
}

// CHECK-DAG: error: revector: 'label.loop', {{.*}} now they are: goto out [revector explain loops]{{$}}
void label(void)
{
    [[revector::loop]] for (;;)
        if (get())
            OF(break, goto out);
    layout();
out:
    put(1);
}

// CHECK-DAG: error: revector: 'number.loop', {{.*}} now they are: loop 1 of 2 [revector explain loops]{{$}}
void number(void)
{
    OF(, [[revector::loop]] for (;;) put(get());)
    [[revector::loop]] for (;;)
        put(1);
}
