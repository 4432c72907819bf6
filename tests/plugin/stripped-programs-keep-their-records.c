// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -O1 -g -I%inputs/../../.. %s -o %t && strip %t -o %t.stripped
// RUN: %t.stripped | FileCheck %s
// RUN: llvm-strip %t -o %t.stripped && %t.stripped | FileCheck %s
// RUN: %cc -O1 -s -fuse-ld=lld -I%inputs/../../.. %s -o %t.s && %t.s | FileCheck %s
#include "tests/plugin/Inputs/entries.h"

__attribute__((noinline)) static int hidden(int x)
{
    return x + 1;
}

__attribute__((used)) static int replacement(int x)
{
    return x + 2;
}

int main(int argc, char **argv)
{
    (void)argv;
    replace_method("hidden", replacement);
    // CHECK: 3
    printf("%d\n", hidden(argc));
    return 0;
}
