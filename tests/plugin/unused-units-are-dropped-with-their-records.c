// SPDX-License-Identifier: BSD-2-Clause
// Without -ffunction-sections a unit is kept or dropped as a whole. The unused one
// refers to something that is nowhere.
// RUN: split-file %s %t.dir
// RUN: %cc -O1 -Wl,--gc-sections -I%inputs/../../.. %t.dir/unused.c %t.dir/main.c -o %t.ld && %t.ld | FileCheck %s
// RUN: %cc -O1 -fuse-ld=lld -Wl,--gc-sections -I%inputs/../../.. %t.dir/main.c %t.dir/unused.c -o %t.lld && %t.lld | FileCheck %s
// RUN: %cc -O1 -Wl,--gc-sections -fplugin-arg-revector-translation=leaf -I%inputs/../../.. %t.dir/unused.c %t.dir/main.c -o %t.leaf && %t.leaf | FileCheck %s

//--- main.c
#include "tests/plugin/Inputs/entries.h"

__attribute__((noinline)) static int used(int x)
{
    return x + 1;
}

__attribute__((revector_fixed, noinline)) static int fixed(int x)
{
    return x + 2;
}

__attribute__((section(".text.elsewhere"), noinline)) static int elsewhere(int x)
{
    return x + 3;
}

int main(int argc, char **argv)
{
    (void)argv;
    // CHECK-NOT: unused
    // CHECK-DAG: method used
    // CHECK-DAG: method fixed
    // CHECK-DAG: method elsewhere
    // CHECK-DAG: method main
    for (const struct rv_method *method = methods_begin; method < methods_end; ++method)
        printf("method %s\n", method_name(method));
    // CHECK: 9
    printf("%d\n", used(argc) + fixed(argc) + elsewhere(argc));
    return 0;
}

//--- unused.c
extern int nowhere(void);
int unused(void);
int unused_data = 1;

int unused(void)
{
    return nowhere() + unused_data;
}
