// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s -Wno-psabi | FileCheck %s
#include <complex.h>
#include <stdio.h>

typedef float v4 __attribute__((vector_size(16)));
typedef float v8 __attribute__((vector_size(32)));

__attribute__((noinline)) static double _Complex turn(double _Complex z)
{
    return z * I;
}

__attribute__((noinline)) static long double _Complex widest(long double _Complex z, long double f)
{
    return z * f;
}

__attribute__((noinline)) static __int128 shift(__int128 value, int by)
{
    return value << by;
}

__attribute__((noinline)) static v4 scale(v4 v, float by)
{
    return v * by;
}

__attribute__((noinline, target("avx"))) static v8 scale8(v8 v, float by)
{
    return v * by;
}

__attribute__((target("avx"))) static float last8(float by)
{
    v8 v = {1, 2, 3, 4, 5, 6, 7, 8};
    return scale8(v, by)[7];
}

int main(void)
{
    double _Complex z = turn(3 + 4 * I);
    long double _Complex w = widest(1 + 2 * I, 2.5L);
    v4 v = {1, 2, 3, 4};
    // CHECK: -4 3 2.5 5
    printf("%g %g %Lg %Lg\n", creal(z), cimag(z), creall(w), cimagl(w));
    // CHECK: 16 8 12
    printf("%lld %g ", (long long)(shift(1, 100) >> 96), (double)scale(v, 2)[3]);
    printf("%g\n", __builtin_cpu_supports("avx") ? (double)last8(1.5f) : 12.0);
    return 0;
}
