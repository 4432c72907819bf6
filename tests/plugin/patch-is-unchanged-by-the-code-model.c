// SPDX-License-Identifier: BSD-2-Clause
// A patch is position-independent, whatever the program is.
// RUN: %cc -O2 -I%inputs %s -o %t.exe
// RUN: %refit -O2 -I%inputs -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %cc -O2 -fno-pic -no-pie -I%inputs %s -o %t.exe
// RUN: %refit -O2 -I%inputs -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %cc -O2 -fvisibility=hidden -ffunction-sections -I%inputs %s -o %t.exe
// RUN: %refit -O2 -I%inputs -c %s -o %t.o 2>&1 | FileCheck %s
// CHECK-NOT: replaced
// CHECK: nothing has changed
#include "hash.h"

static __thread int level;
__thread int shared_level;
static int state;

// Becomes a table of addresses, or of distances in position-independent code.
const char *name(int n)
{
    static const char *const low[] = {"none", "one", "two", "three"};
    switch (n) {
    case 10:
        return "ten";
    case 11:
        return "eleven";
    case 12:
        return "twelve";
    case 13:
        return "thirteen";
    case 14:
        return "fourteen";
    }
    return low[n & 3];
}

int step(int by)
{
    level += by;
    shared_level -= by;
    state ^= level;
    environment++;
    log_line(name(by), state);
    return state;
}

int environment;
void log_line(const char *text, int number)
{
    state = text[0] + number;
}
int main(void)
{
    return step(1);
}
