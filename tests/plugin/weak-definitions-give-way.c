// SPDX-License-Identifier: BSD-2-Clause
// RUN: split-file %s %t.dir
// RUN: %same %t.both %t.dir/weak.c %t.dir/strong.c | FileCheck --check-prefix=BOTH %s
// RUN: %same %t.weak %t.dir/weak.c | FileCheck --check-prefix=WEAK %s
// BOTH: strong 1
// WEAK: weak 0

//--- weak.c
#include <stdio.h>

const char *who(void);
extern int missing(void) __attribute__((weak));

__attribute__((weak)) const char *who(void)
{
    return "weak";
}

int main(void)
{
    printf("%s %d\n", who(), missing ? missing() : 0);
    return 0;
}

//--- strong.c
const char *who(void);
int missing(void);

const char *who(void)
{
    return "strong";
}

int missing(void)
{
    return 1;
}
