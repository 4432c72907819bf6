// SPDX-License-Identifier: BSD-2-Clause
// What another source file defines is known by a reference as well as by a pointer.
// RUN: %cxx -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -DBY_VARIABLE -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: not %refit -O2 -DFIXED -DBY_CALLBACK -c %s -o %t.o 2>&1 | FileCheck %s
// CHECK: error: revector: the layout of 'struct item' has changed, and '{{.*(acts|takes).*}}', which is in the patch, works on such objects
struct item {
    int number;
#ifdef FIXED
    int inserted;
#endif
    int value;
};
extern item &first;
void each(void (*call)(item &));

/* As the program has it: the type is known here. */
int knows()
{
    volatile item one = {};
    return one.value;
}

#ifdef BY_CALLBACK
static int sum;
static void takes(item &of) { sum += of.value; }
#endif

int acts(int n)
{
#if defined BY_VARIABLE
    return first.value;
#elif defined BY_CALLBACK
    each(takes);
    return sum;
#else
    return n;
#endif
}
