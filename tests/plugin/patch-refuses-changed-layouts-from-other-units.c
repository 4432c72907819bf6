// SPDX-License-Identifier: BSD-2-Clause
// The other units, which a patch of this one leaves as they are, know the old layout: of what
// their functions return and take, of what their variables and objects lead to.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -DBY_RESULT -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: not %refit -O2 -DFIXED -DBY_ARGUMENT -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: not %refit -O2 -DFIXED -DBY_VARIABLE -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: not %refit -O2 -DFIXED -DBY_OBJECT -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: not %refit -O2 -DFIXED -DBY_CALLBACK -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: not %refit -O2 -DFIXED -DBY_LIST -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %refit -O2 -DFIXED -DOWN -c %s -o %t.o
// CHECK: error: revector: the layout of 'struct item' has changed, and '{{acts|takes}}', which is in the patch, works on such objects
// CHECK: note: revector: 'struct item' has 8 bytes (number at 0, 4 bytes; value at 4
#include <stdarg.h>

struct item {
    int number;
#ifdef FIXED
    int inserted;
#endif
    int value;
};
struct holder {
    struct item *item;
};

struct item *find(int number);
void fill(struct item *of);
void each(void (*call)(struct item *));
extern struct item *first;
extern struct holder holder;

/* As the program has it: the type is known here. */
int knows(void);
int knows(void)
{
    volatile struct item one = {.value = 1};
    return one.value;
}

#ifdef BY_CALLBACK
static int sum;
static void takes(struct item *item) { sum += item->value; }
#endif

int acts(int n, ...);
int acts(int n, ...)
{
#if defined BY_RESULT
    return find(n)->value;
#elif defined BY_ARGUMENT
    struct item item = {0};
    fill(&item);
    return item.value;
#elif defined BY_VARIABLE
    return first->value;
#elif defined BY_OBJECT
    return holder.item->value;
#elif defined BY_CALLBACK
    each(takes);
    return sum;
#elif defined BY_LIST
    va_list list;
    va_start(list, n);
    n = va_arg(list, struct item *)->value;
    va_end(list);
    return n;
#elif defined OWN
    struct item item = {.value = n}, *at = &item;
    return at->value + item.value;
#else
    return n;
#endif
}
