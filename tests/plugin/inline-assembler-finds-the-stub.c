// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
// RUN: %cc -O2 -I%inputs/../../.. -DREPLACE %s -o %t.replace
// RUN: %t.replace | FileCheck --check-prefix=REPLACE %s
#include <stdio.h>
#ifdef REPLACE
#include "tests/plugin/Inputs/entries.h"
#endif

int twice(int x);
int by_assembler(int x);
int more(int x);

__attribute__((used, noinline)) int twice(int x)
{
    return 2 * x;
}

__attribute__((used)) int more(int x)
{
    return 3 * x;
}

__asm__(".text\n"
        ".globl by_assembler\n"
        ".type by_assembler, @function\n"
        "by_assembler: jmp twice\n"
        ".size by_assembler, . - by_assembler\n");

int main(void)
{
    int result = 5;
#ifdef REPLACE
    replace_method("twice", more);
#endif
    // 128: the compiler does not know of the call and uses the red zone.
    __asm__ volatile("sub $128, %%rsp\n\tcall twice\n\tadd $128, %%rsp"
                     : "=a"(result)
                     : "D"(result)
                     : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
    // CHECK: 10 14
    // REPLACE: 15 21
    printf("%d %d\n", result, by_assembler(7));
    return 0;
}
