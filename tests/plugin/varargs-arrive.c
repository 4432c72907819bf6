// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
#include <stdarg.h>
#include <stdio.h>

struct pair {
    long a;
    double b;
};
struct big {
    int values[10];
};

// The number of vector registers (al) decides whether doubles are saved at all.
__attribute__((noinline)) static double sum(const char *kinds, ...)
{
    double total = 0;
    va_list list;
    va_start(list, kinds);
    for (; *kinds; ++kinds)
        switch (*kinds) {
        case 'i': total += va_arg(list, int); break;
        case 'd': total += va_arg(list, double); break;
        case 'l': total += (double)va_arg(list, long double); break;
        case 'p': {
            struct pair pair = va_arg(list, struct pair);
            total += (double)pair.a + pair.b;
            break;
        }
        case 'b': total += va_arg(list, struct big).values[9]; break;
        }
    va_end(list);
    return total;
}

__attribute__((noinline)) static void print(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
}

int main(void)
{
    struct pair pair = {100, 0.5};
    struct big big = {.values = {[9] = 1000}};
    // CHECK: 6.0 1111.25 45.0 10.5
    print("%.1f ", sum("iii", 1, 2, 3));
    print("%.2f ", sum("pbiddl", pair, big, 1, 2.5, 3.25, 4.0L));
    print("%.1f ", sum("ddddddddd", 1., 2., 3., 4., 5., 6., 7., 8., 9.));
    print("%.1f\n", sum("iiidd", 1, 2, 3, 2.25, 2.25));
    return 0;
}
