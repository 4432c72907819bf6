// SPDX-License-Identifier: BSD-2-Clause
// RUN: split-file %s %t.dir
// RUN: %cc -O2 -flto -fuse-ld=lld -I%inputs/../../.. %t.dir/a.c %t.dir/b.c -o %t.full && %t.full | FileCheck %s
// RUN: %cc -O2 -flto=thin -fuse-ld=lld -I%inputs/../../.. %t.dir/a.c %t.dir/b.c -o %t.thin && %t.thin | FileCheck %s
// RUN: %cc -O0 -flto -fuse-ld=lld -I%inputs/../../.. %t.dir/a.c %t.dir/b.c -o %t.0 && %t.0 | FileCheck %s
// RUN: %cc -O2 -flto -fuse-ld=lld -fplugin-arg-revector-translation=leaf -I%inputs/../../.. %t.dir/a.c %t.dir/b.c -o %t.leaf && %t.leaf | FileCheck %s
// RUN: %cc -O2 -flto -fuse-ld=lld -Wl,--gc-sections -fPIC -shared %t.dir/b.c -o %t.so
// RUN: %cc -O2 -flto -fuse-ld=lld -I%inputs/../../.. %t.dir/a.c %t.so -Wl,-rpath,%T -o %t.dyn && %t.dyn | FileCheck --check-prefix=LIBRARY %s
// CHECK: 15, replaced: 1005
// LIBRARY: 15

//--- a.c
#include "tests/plugin/Inputs/entries.h"
extern int b(int x);
extern int counter;
__attribute__((noinline)) static int helper(int x)
{
    return x + 1;
}
__attribute__((used)) static int replacement(int x)
{
    return x + 1000;
}
int main(int argc, char **argv)
{
    (void)argv;
    printf("%d, ", helper(argc) + b(argc) + counter);
    for (const struct rv_method *method = methods_begin; method < methods_end; ++method)
        if (!strcmp(method_name(method), "b")) {
            replace_method("b", replacement);
            printf("replaced: %d\n", b(argc) + *(int *)data_address(find_data("counter")) - 1);
        }
    return 0;
}

//--- b.c
int counter = 5;
int b(int x);
__attribute__((noinline)) static int helper(int x)
{
    return x + 7;
}
int b(int x)
{
    counter += x - 1;
    return helper(x);
}
