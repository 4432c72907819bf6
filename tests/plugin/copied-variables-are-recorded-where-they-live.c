// SPDX-License-Identifier: BSD-2-Clause
// A program without PIC takes a copy of the library's variable; the library's
// record must lead to the copy.
// RUN: split-file %s %t.dir
// RUN: %cc -O1 -fPIC -shared -I%inputs/../../.. %t.dir/library.c -o %t.so
// RUN: %cc -O1 -fno-pie -no-pie %t.dir/program.c %t.so -Wl,-rpath,%T -o %t && %t | FileCheck %s
// CHECK: same 1

//--- library.c
#include "tests/plugin/Inputs/entries.h"
int shared = 5;
void *recorded(void);
void *recorded(void)
{
    return data_address(find_data("shared"));
}

//--- program.c
#include <stdio.h>
extern int shared;
extern void *recorded(void);
int main(void)
{
    printf("same %d\n", recorded() == (void *)&shared);
    return 0;
}
