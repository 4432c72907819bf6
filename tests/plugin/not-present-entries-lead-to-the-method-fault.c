// SPDX-License-Identifier: BSD-2-Clause
// A fault finds the leaf table in r10, whoever called.
// RUN: %cc -O2 -I%inputs/../../.. %s -o %t.s && %t.s | FileCheck %s
// RUN: %cc -O2 -I%inputs/../../.. -fplugin-arg-revector-place=inline %s -o %t.i && %t.i | FileCheck %s
// RUN: %cc -O2 -I%inputs/../../.. -fplugin-arg-revector-translation=leaf %s -o %t.l && %t.l | FileCheck %s
// RUN: %cc -O0 -fPIC -I%inputs/../../.. -fplugin-arg-revector-translation=leaf -fplugin-arg-revector-place=inline %s -o %t.li && %t.li | FileCheck %s
#include "tests/plugin/Inputs/entries.h"

#include <stdarg.h>

const uint64_t *walked_through;
int faults;

int handle(int x);

__attribute__((used)) int handle(int x)
{
    const struct rv_unit *unit = RV_TARGET(const struct rv_unit, find_method("first")->unit);
    ++faults;
    if ((uintptr_t)walked_through == RV_TARGET(const struct rv_slot, unit->slot)->leaf)
        puts("fault in this unit");
    return x + 1000;
}

// Not our rv_fault: notes the table, then goes on in handle().
__asm__(".text\n"
        "noting:\n"
        "\tmov walked_through@gotpcrel(%rip), %r11\n"
        "\tmov %r10, (%r11)\n"
        "\tjmp handle@plt\n");
extern void noting(void) __attribute__((visibility("hidden")));

__attribute__((noinline)) static int first(int x)
{
    return x + 1;
}

__attribute__((noinline)) static int second(int x, ...)
{
    va_list list;
    va_start(list, x);
    x += va_arg(list, int);
    va_end(list);
    return x;
}

// `leaf` calls do not set r10: their entries lead to a thunk that does, and that
// gives the index. Here it is read, not run.
static void check_thunk(const struct rv_method *method)
{
    const struct rv_unit *unit = RV_TARGET(const struct rv_unit, method->unit);
    const unsigned char *thunk = RV_TARGET(const unsigned char, method->fault);
    int distance, index;
    memcpy(&distance, thunk + 3, 4);
    memcpy(&index, thunk + 9, 4);
    if (memcmp(thunk, "\x4c\x8d\x15", 3) || memcmp(thunk + 7, "\x41\xbb", 2))
        exit(1);
    if ((uintptr_t)thunk + 7 + distance ==
            RV_TARGET(const struct rv_slot, unit->slot)->leaf &&
        index == method->index)
        puts("fault in this unit");
}

int main(int argc, char **argv)
{
    (void)argv;
    // CHECK: 2 5
    printf("%d %d\n", first(argc), second(argc, 4));
    // CHECK: fault in this unit
    // CHECK: fault in this unit
    if (find_method("first")->fault) {
        check_thunk(find_method("first"));
        check_thunk(find_method("second"));
        return 0;
    }
    replace_method("first", noting);
    replace_method("second", noting);
    int sum = first(argc + 1) + second(argc + 2, 4);
    return sum != 2005 || faults != 2;
}
