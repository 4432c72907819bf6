// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -O1 -I%inputs/../../.. %s -o %t && %t | FileCheck %s
// RUN: %cc -O1 -fPIC -I%inputs/../../.. %s -o %t && %t | FileCheck %s
// RUN: %cc -O1 -fcommon -fPIC -fuse-ld=lld -I%inputs/../../.. %s -o %t && %t | FileCheck %s
// RUN: %cc -O0 -fno-pie -no-pie -fsanitize=address -I%inputs/../../.. %s -o %t && %t | FileCheck %s
#include "tests/plugin/Inputs/entries.h"

int exported[3] = {1, 2, 3};
int tentative;
static long internal;
__thread short per_thread = 4;
static __thread short own_per_thread = 5;
__attribute__((weak)) int weak = 6;

__attribute__((noinline)) static int *local(void)
{
    static int counter = 7;
    ++internal;
    ++own_per_thread;
    return &counter;
}

static void show(const char *name, const void *address)
{
    const struct rv_data *data = find_data(name);
    printf("%s: %d bytes%s%s%s%s\n", name, (int)data->size,
           data->flags & RV_DATA_STATIC ? ", static" : "",
           data->flags & RV_DATA_TLS ? ", per thread" : "",
           data->flags & RV_DATA_WEAK ? ", weak" : "",
           data_address(data) == address ? ", at its place" : "");
}

int main(void)
{
    int *counter = local();
    show("exported", exported);             // CHECK: exported: 12 bytes, at its place
    show("tentative", &tentative);          // CHECK: tentative: 4 bytes, at its place
    show("internal", &internal);            // CHECK: internal: 8 bytes, static, at its place
    show("per_thread", &per_thread);        // CHECK: per_thread: 2 bytes, per thread, at its place
    show("own_per_thread", &own_per_thread); // CHECK: own_per_thread: 2 bytes, static, per thread, at its place
    show("weak", &weak);                    // CHECK: weak: 4 bytes, weak, at its place
    show("local.counter", counter);         // CHECK: local.counter: 4 bytes, static, at its place
    return 0;
}
