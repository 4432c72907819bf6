// SPDX-License-Identifier: BSD-2-Clause
// Nobody calls again what never returns.
// RUN: %cc -shared -fPIC -O0 %s -o %t.exe
// RUN: %refit -O0 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#ifdef FIXED
#define VALUE 2
#else
#define VALUE 1
#endif

int get(void);
void put(int);
_Noreturn void die(int);

// CHECK-NOT: warning: {{.*}}'ends'
void ends(void)
{
    while (get())
        put(VALUE);
}

// CHECK-NOT: warning: {{.*}}'leaves'
void leaves(void)
{
    put(VALUE);
    die(1);
}

// CHECK: warning: revector: 'serve' has changed, but it has a loop without an end: whoever is inside it keeps the old code; of a loop that is marked {{.*}}, the next turn is new
void serve(void)
{
    for (;;)
        if (get() == 3)
            die(VALUE);
}

// CHECK-NOT: warning: {{.*}}'turns'
void turns(void)
{
    [[revector::loop]] for (;;)
        put(VALUE);
}

// CHECK: warning: revector: 'around' has changed outside of its marked loop: whoever is inside it keeps the old code there
void around(void)
{
    put(VALUE);
    [[revector::loop]] for (;;)
        put(VALUE + 5);
}

// CHECK: warning: revector: 'main' has changed, but the running program is inside it and never calls it again; of a loop that is marked {{.*}}, the next turn is new
int main(void)
{
    put(VALUE);
    return 0;
}
