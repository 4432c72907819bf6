// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
#include <stdio.h>

struct empty {};
struct small {
    char a, b;
};
struct two {
    double x;
    long y;
};
struct large {
    int values[100];
};
union both {
    double d;
    long l;
};
struct __attribute__((aligned(64))) aligned {
    int value;
};

__attribute__((noinline)) static struct small swap(struct small s, struct empty e)
{
    (void)e;
    return (struct small){s.b, s.a};
}

__attribute__((noinline)) static struct two add(struct two a, struct two b)
{
    return (struct two){a.x + b.x, a.y + b.y};
}

__attribute__((noinline)) static struct large fill(struct large from, int first, union both u)
{
    from.values[0] = first;
    from.values[99] += (int)u.d;
    return from;
}

// More words than there are registers: the rest is on the stack.
__attribute__((noinline)) static long many(long a, struct two b, struct small c, struct two d, long e,
                                           long f, struct aligned g, struct two h, long i)
{
    return a + b.y + c.a + d.y + e + f + g.value + h.y + i + (long)(b.x + d.x + h.x);
}

int main(void)
{
    struct large large = {.values = {[99] = 5}};
    struct small small = swap((struct small){'a', 'b'}, (struct empty){});
    struct two two = add((struct two){1.5, 2}, (struct two){2.5, 3});
    large = fill(large, 8, (union both){.d = 4.0});
    // CHECK: ba 4.0 5 8 9
    printf("%c%c %.1f %ld %d %d\n", small.a, small.b, two.x, two.y, large.values[0],
           large.values[99]);
    // CHECK: 1146
    printf("%ld\n", many(1, two, (struct small){10, 0}, two, 100, 1000, (struct aligned){6}, two, 2));
    return 0;
}
