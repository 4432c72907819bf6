// SPDX-License-Identifier: BSD-2-Clause
// Callers outside the patch need no change where C's conversion would not change a bit.
// RUN: %cc -shared -fPIC -O1 %s -o %t.exe
// RUN: not %refit -O1 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#include <stddef.h>

#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

enum one { ONE = 1 };

// CHECK-NOT: error:
OF(int, unsigned)
sign(OF(long, size_t) a, OF(int, enum one) b)
{
    return (unsigned)OF(a + b, (long)a - b);
}

int bytes(OF(void *, unsigned char *) a, OF(const char *, const void *) b)
{
    return OF(a == b, (void *)a != b);
}

int through_a_pointer(int (*compare)(OF(void *, char *)))
{
    return compare(0) + OF(1, 2);
}

// CHECK: error: revector: the signature of 'pointed', or the layout
int pointed(OF(int *, long *) a)
{
    return a != 0;
}

// CHECK: error: revector: the signature of 'extended', or the layout
int extended(OF(short, unsigned short) a)
{
    return a;
}

// CHECK: error: revector: the signature of 'truth', or the layout
int truth(OF(_Bool, unsigned char) a)
{
    return a;
}

// CHECK-NOT: error:
