// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -shared -fPIC -O1 %s -o %t.exe
// RUN: not %refit -O1 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

// CHECK-NOT: error:
// CHECK: error: revector: the layout of 'struct inner' has changed (4 bytes, now 8): used by 'reaches' and 1 more, while live data or callers outside the patch have the old one
// CHECK-NEXT: note: revector: 'struct inner' is used as well by 'called'
// CHECK-NEXT: error: revector: the layout of 'struct pair' has changed (8 bytes, as before, but 'b' differs): used by 'order',
int same(unsigned a, const char *b, enum { NONE } c)
{
    return (int)a + *b + (int)c;
}

// CHECK: error: revector: the signature of 'parameters', or the layout of a type that it uses, has changed, and code outside the patch calls it; give the new function another name
int parameters(int a, OF(int, long) b)
{
    return a + (int)b;
}

// CHECK: error: revector: the signature of 'result',
OF(int, short) result(int a)
{
    return a;
}

// CHECK: error: revector: the signature of 'variadic',
#ifdef FIXED
int variadic(int a, ...)
#else
int variadic(int a)
#endif
{
    return a;
}

struct inner {
    int value;
    OF(, int more;)
};
struct outer {
    struct outer *next;
    struct inner *inner;
};
int reaches(struct outer *it)
{
    return it->next != 0;
}

struct pair {
    OF(int a; char b;, char b; int a;)
};
char order(struct pair *it)
{
    return it->b;
}

// CHECK: error: revector: the signature of 'stored', or the layout of a type that it uses, has changed, and the program may have stored its address; give the new function another name
static int stored(OF(int, long) x)
{
    return (int)x;
}
void *pointer(void)
{
    return (void *)stored;
}

__attribute__((noinline)) static int called(struct inner *it)
{
    return it->value;
}
// CHECK: error: revector: the signature of 'passed', or the layout of a type that it uses, has changed, and 'caller', which calls it, has not; give the new function another name
__attribute__((noinline)) static int passed(OF(short, long) *it)
{
    return it != 0;
}
int caller(void *opaque)
{
    return called(opaque) + passed(opaque);
}

// CHECK-NOT: error:
