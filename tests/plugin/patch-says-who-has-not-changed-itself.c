// SPDX-License-Identifier: BSD-2-Clause
// A function may be in a patch only because of what it calls; the user is told which. (Calls in
// loops without an end rely on nothing.)
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %cc -shared -fPIC -O2 -DWITH_FIXED %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -DWITH_FIXED -c %s -o %t.o 2>&1 | FileCheck --check-prefix=ERROR %s
#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

void put(unsigned long);
unsigned long get(void);

__attribute__((noinline)) static unsigned long small(unsigned long x)
{
    return OF(x & 255, x & 0xffffffffff);
}

__attribute__((noinline)) static unsigned long large(unsigned long x)
{
    return x & 0xffffffffff;
}

// What lies between is passed over, be it inlined or not.
static unsigned long twice(unsigned long x)
{
    return small(x) * 2;
}

static unsigned long part(unsigned long x)
{
    return OF(x + 1, x + 2);
}

struct one {
    int value;
};
struct other {
    int value, more;
};

#ifdef FIXED
__attribute__((noinline)) static void put_out(struct other *it)
{
    put((unsigned long)it->value);
}
#else
__attribute__((noinline)) static void put_out(struct one *it)
{
    put((unsigned long)it->value);
}
#endif

// CHECK: warning: revector: 'relies' itself has not changed, only 'small', on which its code relies, but it has a loop without an end
void relies(void)
{
    put(large(get()) / small(get()));
    for (;;)
        put(1);
}

// CHECK: warning: revector: 'relies_on_that' itself has not changed, only 'small', on which its code relies, but it has a loop
void relies_on_that(void)
{
    put(1000000 / twice(get()));
    for (;;)
        put(2);
}

// CHECK: warning: revector: 'has_a_part' itself has not changed, only what has become a part of its code or what that relies on, but it has a loop
void has_a_part(void)
{
    put(part(get()));
    for (;;)
        put(3);
}

// CHECK: warning: revector: 'has_changed' has changed, but it has a loop
void has_changed(void)
{
    put(large(get()) / small(get()) + OF(1, 2));
    for (;;)
        put(4);
}

#ifdef WITH_FIXED
// ERROR: error: revector: 'stays' itself has not changed, only 'small', on which its code relies, but its calls are not translated (it is fixed), so the running program cannot be led to a new body [revector explain code]
[[revector::fixed]] void stays(void)
{
    put(large(get()) / small(get()));
}
#endif

// CHECK: warning: revector: 'main' itself has not changed, only the signature of 'put_out', which it calls, but the running program is inside it
int main(void)
{
    put_out((void *)get());
    return 0;
}
