// SPDX-License-Identifier: BSD-2-Clause
// What a method ends with is called, not jumped to: through a stub, the table or a pointer, in
// the C library, and where LLVM makes calls of memcpy and operators. So it is in patches. Tail
// recursion is a loop all the same; what the source says must be a tail call is one, and so is
// one of a function that is no method.
// RUN: %cc -O2 -c %s -o %t.o && %inputs/jumps.sh %t.o | FileCheck %s
// RUN: %cc -O3 -fPIC -fplugin-arg-revector-place=inline -c %s -o %t.o && %inputs/jumps.sh %t.o | FileCheck %s
// RUN: %cc -Os -fplugin-arg-revector-translation=leaf -fplugin-arg-revector-place=inline -c %s -o %t.o && %inputs/jumps.sh %t.o | FileCheck %s
// RUN: %cc -O2 -flto -fuse-ld=lld -shared -fPIC %s -o %t.so && %inputs/jumps.sh %t.so '\.rv$|^fixed$' | FileCheck %s
// RUN: %cc -O2 -flto=thin -fuse-ld=lld -shared -fPIC %s -o %t.so && %inputs/jumps.sh %t.so '\.rv$|^fixed$' | FileCheck %s
// RUN: %cc -O0 -c %s -o %t.o && %inputs/jumps.sh %t.o | FileCheck --check-prefix=PLAIN %s
// RUN: %cc -O2 %s -lm -o %t.exe -Rpass-missed=revector 2>&1 | FileCheck --check-prefix=REMARK %s
// RUN: %t.exe
// RUN: %refit -O2 -DFIXED -c %s -o %t.o && %inputs/jumps.sh %t.o | FileCheck --check-prefix=PATCH %s
// RUN: %cc -O2 -fplugin-arg-revector-tailcalls=jump -c %s -o %t.o && %inputs/jumps.sh %t.o | FileCheck --check-prefix=JUMP %s
#include <math.h>
#include <stdlib.h>
#include <string.h>

// CHECK: {{^}}fixed{{$}}
// CHECK-NEXT: {{^}}must.rv{{$}}
// CHECK-NOT: {{.}}
// PLAIN: {{^}}must.rv{{$}}
// PLAIN-NOT: {{.}}
// PATCH: {{^}}must{{$}}
// PATCH-NOT: {{.}}
// JUMP: {{^}}compares.rv{{$}}
// JUMP: {{^}}exports.rv{{$}}
// JUMP: {{^}}statics.rv{{$}}
struct large {
    char text[1000];
};
extern int (*pointer)(int);
int outside(int x);
int seen;

#ifdef FIXED
#define CHANGE(x) ((x) + 1)
__attribute__((noinline)) static int fresh(int x)
{
    return outside(x + 5);
}
#else
#define CHANGE(x) (x)
#define fresh(x) outside(x)
#endif

__attribute__((noinline)) static int local(int x)
{
    return seen += CHANGE(x);
}

int statics(int x)
{
    return local(CHANGE(x) + 1);
}

int exports(int x)
{
    return outside(CHANGE(x) + 1);
}

int pointers(int x)
{
    return pointer(CHANGE(x) + 1);
}

int news(int x)
{
    return fresh(CHANGE(x) + 1);
}

int either(int x)
{
    return CHANGE(x) ? statics(x) : exports(x);
}

void nothing(int x)
{
    seen = CHANGE(x);
    outside(x);
}

int compares(const char *a, const char *b)
{
    return strcmp(a + CHANGE(0), b);
}

__attribute__((noinline)) int must(int x)
{
    // REMARK: [[@LINE+1]]:{{.*}} remark: this tail call must stay one: behind it nobody sees that the thread comes from must [-Rpass-missed=revector]
    __attribute__((musttail)) return local(CHANGE(x) + 1);
}

[[revector::fixed]] int fixed(int x)
{
    return outside(x + 1);
}

void *copies(char *to, const char *from, size_t size)
{
    return memcpy(to, from, CHANGE(size));
}

void clears(char *what, size_t size)
{
    memset(what, CHANGE(0), size);
}

void assigns(struct large *to, const struct large *from)
{
    *to = from[CHANGE(0)];
}

__int128 divides(__int128 a, __int128 b)
{
    return CHANGE(a) / b;
}

double remains(double a, double b)
{
    return fmod(CHANGE(a), b);
}

void ends(void *what)
{
    free((char *)what - CHANGE(0));
}

void gives_up(int x)
{
    if (CHANGE(x) == 5)
        abort();
    outside(x);
}

void turns(int x)
{
    [[revector::loop]] for (;;)
    {
        if (CHANGE(x) == seen)
            return;
        outside(x);
    }
}

__attribute__((noinline)) static long down(long n, long sum)
{
    seen++;
    return n ? down(n - 1, sum + seen) : sum;
}

int (*pointer)(int) = local;
int outside(int x)
{
    return local(x * 3);
}

int main(void)
{
    return down(100 * 1000 * 1000, 0) == 0;
}
