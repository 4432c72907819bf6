// SPDX-License-Identifier: BSD-2-Clause
// The handler finds the record of the right method in r10, whoever called.
// RUN: %cc -O2 -I%inputs/../../.. %s -o %t.s && %t.s | FileCheck %s
// RUN: %cc -O2 -I%inputs/../../.. -fplugin-arg-revector-place=inline %s -o %t.i && %t.i | FileCheck %s
// RUN: %cc -O2 -I%inputs/../../.. -fplugin-arg-revector-translation=leaf %s -o %t.l && %t.l | FileCheck %s
// RUN: %cc -O0 -fPIC -I%inputs/../../.. -fplugin-arg-revector-translation=leaf -fplugin-arg-revector-place=inline %s -o %t.li && %t.li | FileCheck %s
#include "tests/plugin/Inputs/entries.h"

#include <stdarg.h>

const struct rv_method *faulted;
int faults;

int handle(int x);

__attribute__((used)) int handle(int x)
{
    ++faults;
    printf("%s faults\n", method_name(faulted));
    return x + 1000;
}

// Not our rv_fault: notes the record, then goes on in handle().
__asm__(".text\n"
        "noting:\n"
        "\tmov faulted@gotpcrel(%rip), %r11\n"
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

// `leaf` calls do not set r10: their entries lead to a thunk that does.
// Here it is read, not run: it must load this very record.
static void check_thunk(const struct rv_method *method)
{
    const unsigned char *thunk = RV_TARGET(const unsigned char, method->fault);
    int distance;
    memcpy(&distance, thunk + 3, 4);
    if (memcmp(thunk, "\x4c\x8d\x15", 3) ||
        (const char *)thunk + 7 + distance != (const char *)method)
        exit(1);
    printf("%s faults\n", method_name(method));
}

int main(int argc, char **argv)
{
    (void)argv;
    // CHECK: 2 5
    printf("%d %d\n", first(argc), second(argc, 4));
    // CHECK: first faults
    // CHECK: second faults
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
