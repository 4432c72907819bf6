#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# stale.sh - the address of a function that lies about on the stack of a blocked thread does
# not keep an update waiting; one that the thread was about to jump to does.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >holds.c <<'C'
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile int one = 1;

__attribute__((noinline)) int answer(int x)
{
    return x + one;
}

/* Where the table leads to when it starts. */
static const char *body(void)
{
    const char *address;
    __asm__("leaq answer.rv(%%rip), %0" : "=r"(address));
    return address;
}

static void wait_for_line(int number)
{
    char byte;
    (void)number;
    puts("in the handler");
    while (read(0, &byte, 1) == 1 && byte != '\n')
        ;
}

/* As a caller that has looked its callee up when the signal comes. */
static void be_interrupted(void)
{
    register const char *callee __asm__("rbx") = body();
    long result = SYS_tgkill;
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(getpid()), "S"(gettid()), "d"(SIGUSR1), "r"(callee)
                     : "rcx", "r11", "memory");
}

int main(void)
{
    const char *volatile left_over = body();
    char line[16];

    setvbuf(stdin, NULL, _IONBF, 0);
    setvbuf(stdout, NULL, _IONBF, 0);
    signal(SIGUSR1, wait_for_line);
    while (fgets(line, sizeof(line), stdin)) {
        if (line[0] == 'i')
            be_interrupted();
        printf("%d\n", answer(left_over != NULL));
    }
}
C
compile holds holds.c
change holds.c 's/x + one/x + 2 * one/'
revector build --for ./holds -o fix.rvp fix/holds.c >/dev/null 2>&1 || fail "cannot build"
start holds ./holds

echo "an address that nobody will jump to"
ask holds go
expect 2 "$answer" "before"
works revector apply "$pid" fix.rvp
ask holds go
expect 3 "$answer" "after"
works revector revert "$pid" 1

echo "an address in the registers of what a handler has interrupted"
ask holds i
expect "in the handler" "$answer" "a signal before the call"
refused 1 "is inside answer" revector apply --timeout 300ms "$pid" fix.rvp
ask holds ""
expect 2 "$answer" "what was interrupted"
works revector apply "$pid" fix.rvp
ask holds go
expect 3 "$answer" "after the handler"
