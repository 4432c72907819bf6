// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
#include <stdio.h>

__attribute__((noinline)) static void say(const char *what)
{
    puts(what);
}

__attribute__((constructor(101))) static void before(void)
{
    say("constructor 101");
}

__attribute__((constructor)) static void normal(void)
{
    say("constructor");
}

__attribute__((destructor)) static void after(void)
{
    say("destructor");
}

__attribute__((destructor(101))) static void last(void)
{
    say("destructor 101");
}

int main(void)
{
    say("main");
    return 0;
}
// CHECK: constructor 101
// CHECK-NEXT: constructor
// CHECK-NEXT: main
// CHECK-NEXT: destructor
// CHECK-NEXT: destructor 101
