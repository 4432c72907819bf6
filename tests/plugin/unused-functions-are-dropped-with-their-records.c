// SPDX-License-Identifier: BSD-2-Clause
// unused() refers to something that is nowhere: the link works only if the linker
// drops it, stub, body and record.
// RUN: %cc -O1 -ffunction-sections -fdata-sections -Wl,--gc-sections -I%inputs/../../.. %s -o %t.ld && %t.ld | FileCheck %s
// RUN: %cc -O1 -fuse-ld=lld -ffunction-sections -fdata-sections -Wl,--gc-sections -I%inputs/../../.. %s -o %t.lld && %t.lld | FileCheck %s
// RUN: %cc -O1 -fplugin-arg-revector-translation=leaf -ffunction-sections -fdata-sections -Wl,--gc-sections -I%inputs/../../.. %s -o %t.leaf && %t.leaf | FileCheck %s
// RUN: %cc -O1 -fuse-ld=lld -fPIC -fplugin-arg-revector-place=inline -ffunction-sections -fdata-sections -Wl,--gc-sections -I%inputs/../../.. %s -o %t.pic && %t.pic | FileCheck %s
#include "tests/plugin/Inputs/entries.h"

extern int nowhere(void);
int unused(void);
int used(void);
int unused_data = 1;
int used_data = 2;

int unused(void)
{
    return nowhere() + unused_data;
}

__attribute__((noinline)) int used(void)
{
    return used_data;
}

int main(void)
{
    // CHECK-NOT: unused
    // CHECK-DAG: method used
    // CHECK-DAG: method main
    for (const struct rv_method *method = methods_begin; method < methods_end; ++method)
        printf("method %s\n", method_name(method));
    // CHECK-DAG: data used_data
    for (const struct rv_data *data = data_begin; data < data_end; ++data)
        printf("data %s\n", RV_TARGET(const char, data->name));
    // CHECK: 2
    printf("%d\n", used());
    return 0;
}
