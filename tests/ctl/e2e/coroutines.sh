#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# coroutines.sh - stacks that a program changes to by itself (makecontext, swapcontext) count
# as threads: each is on one side of an update, and keeps the code that it has in hand.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >fibres.c <<'C'
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define FIBRES 64
#define SIZE   65536

static ucontext_t home, fibres[FIBRES];
static int mixed, sums, live[FIBRES], nested[FIBRES];
static volatile int goes_on, raises, heard;

__attribute__((noinline)) static int inner(void)
{
    return 1;
}

__attribute__((noinline)) int outer(void)
{
    volatile int mine = 1;
    if (inner() != mine)
        mixed++;
    return mine;
}

/* On a stack of its own; it belongs to what it interrupts. */
static void on_signal(int number)
{
    (void)number;
    heard = outer();
}

/* Left, with this function on the stack, and entered again later. */
__attribute__((noinline)) static void pause_inside(int n)
{
    volatile int mine = 1;
    swapcontext(&fibres[n], &home);
    heard = mine;
    if (raises)
        raise(SIGUSR1);
    if (heard != mine || outer() != mine)
        mixed++;
}

__attribute__((noinline)) static void pause_outside(int n)
{
    outer();
    swapcontext(&fibres[n], &home);
    outer();
}

/* Eight arguments: two of them lie on the stack. */
static void run(int n, int a, int b, int c, int d, int e, int f, int g)
{
    sums += a + b + c + d + e + f + g;
    while (nested[n] >= 0)
        if (nested[n])
            pause_inside(n);
        else
            pause_outside(n);
}

static void make(int n, int inside)
{
    if (!fibres[n].uc_stack.ss_sp)
        fibres[n].uc_stack.ss_sp = malloc(SIZE);
    void *stack = fibres[n].uc_stack.ss_sp;
    getcontext(&fibres[n]);
    fibres[n].uc_stack.ss_sp = stack;
    fibres[n].uc_stack.ss_size = SIZE;
    fibres[n].uc_link = &home;
    nested[n] = inside;
    live[n] = 1;
    makecontext(&fibres[n], (void (*)(void))run, 8, n, 1, 2, 3, 4, 5, 6, 7);
}

static void all_run(void)
{
    for (int n = 0; n < FIBRES; n++)
        if (live[n]) {
            swapcontext(&home, &fibres[n]);
            live[n] = nested[n] >= 0;
        }
}

/* A thread of the operating system that only changes stacks, for ever. */
static __thread ucontext_t mine, other;

static void shuttle(void)
{
    for (;;) {
        outer();
        swapcontext(&other, &mine);
    }
}

static void *drive(void *unused)
{
    getcontext(&other);
    other.uc_stack.ss_sp = malloc(SIZE);
    other.uc_stack.ss_size = SIZE;
    makecontext(&other, shuttle, 0);
    for (int n = 0; goes_on; n++) {
        swapcontext(&mine, &other);
        if (n % 1000 == 0)
            usleep(100);
    }
    return unused;
}

/* The child answers until "q", and then the parent does again. */
static int fork_and_wait(void)
{
    const pid_t child = fork();
    int status;

    if (child)
        waitpid(child, &status, 0);
    else
        printf("child %d\n", getpid());
    return child != 0;
}

int main(void)
{
    char line[80];
    pthread_t driver;
    const stack_t alternate = {.ss_sp = malloc(SIZE), .ss_size = SIZE};
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};

    sigaltstack(&alternate, NULL);
    sigaction(SIGUSR1, &action, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin)) {
        if (line[0] == 'm') /* make: every fibre waits outside */
            for (int n = 0; n < FIBRES; n++)
                make(n, 0);
        if (line[0] == 'i') /* fibre 7 goes inside at its next turn */
            nested[7] = 1;
        if (line[0] == 'o')
            nested[7] = 0;
        if (line[0] == 'e') /* end */
            for (int n = 0; n < FIBRES; n++)
                nested[n] = -1;
        if (line[0] == 's') /* signals while a fibre is inside */
            raises = !raises;
        if (line[0] == 'w') { /* what is left on stacks that nobody is on */
            memset(alternate.ss_sp, 0, SIZE);
            for (int n = 0; n < FIBRES; n++)
                memset(fibres[n].uc_stack.ss_sp, 0, SIZE);
        }
        if (line[0] == 'f')
            fork_and_wait();
        if (line[0] == 'q')
            _exit(0);
        if (strchr("mioer", line[0]))
            all_run();
        if (line[0] == 'd')
            goes_on = 1, pthread_create(&driver, NULL, drive, NULL);
        if (line[0] == 'D')
            goes_on = 0, pthread_join(driver, NULL);
        printf("version %d mixed %d sums %d\n", outer(), mixed, sums);
    }
    return 0;
}
C
compile fibres fibres.c -pthread
start fibres ./fibres
change fibres.c 's/return 1;/return 2;/; s/mine = 1;/mine = 2;/'
revector build --for ./fibres -o fix.rvp fix/fibres.c >/dev/null 2>&1 || fail "cannot build"

ask fibres m
expect "version 1 mixed 0 sums 1792" "$answer" "arguments of 64 fibres"

# one waits inside a function that is replaced
ask fibres i
refused 1 "coroutine" revector apply "$pid" fix.rvp --timeout 2s
expect_has "$(cat err.refused)" "is inside pause_inside" "where it is"
ask fibres r
expect "version 1 mixed 0 sums 1792" "$answer" "after an update that was given up"

# all wait outside, and each moves for itself
ask fibres o
works revector apply "$pid" fix.rvp
ask fibres r
expect "version 2 mixed 0 sums 1792" "$answer" "with all outside"

# one waits inside on the way back: the thread that is home moves, the coroutine when it is out
ask fibres i
revector revert "$pid" --all --timeout 60s >revert.out 2>&1 &
client=$!
until_status "$pid" "coroutine" # has not moved
eventually "a thread beside it has moved" answers fibres v "version 1 mixed 0 sums 1792"
ask fibres r
wait $client || fail "the revert did not end: $(cat revert.out)"
ask fibres e
expect "version 1 mixed 0 sums 1792" "$answer" "at the end"

# a handler on an alternate stack, above a coroutine that has not moved, in a thread that has
ask fibres m
ask fibres i
ask fibres s
revector apply "$pid" fix.rvp --timeout 20s >apply.out 2>&1 &
client=$!
eventually "the thread has moved" answers fibres v "version 2 mixed 0 sums 3584"
ask fibres r
expect "version 2 mixed 0 sums 3584" "$answer" "a handler above a coroutine that has not moved"
ask fibres o
wait $client || fail "the update did not end: $(cat apply.out)"
ask fibres s
ask fibres e
works revector revert "$pid" --all

# born on the new side, with a coroutine that has not moved: the child goes on with the update
ask fibres m
ask fibres i
revector apply "$pid" fix.rvp --timeout 20s >apply.out 2>&1 &
client=$!
eventually "the thread that is about to fork has moved" answers fibres v "version 2 mixed 0 sums 5376"
ask fibres f
child=${answer#child }
started="$started $child"
wait_for_agent "$child"
hear fibres
expect_has "$(revector status "$child")" "is inside pause_inside" "who has not moved in the child"
ask fibres r
expect "version 2 mixed 0 sums 5376" "$answer" "the child, with a coroutine that has not moved"
ask fibres o
until_status "$child" "committed" # its coroutine has moved
expect_has "$(revector history "$child")" "committed" "what the child's history says"
ask fibres r
expect "version 2 mixed 0 sums 5376" "$answer" "the child, at the end"
ask fibres q
kill -0 $client || fail "the parent's update ended with its child's: $(cat apply.out)"
ask fibres o
wait $client || fail "the update did not end: $(cat apply.out)"
ask fibres e
works revector revert "$pid" --all

# code that a fibre will return to is kept, and freed when it has
works revector apply "$pid" fix.rvp
ask fibres m
ask fibres i
works revector revert "$pid" --all --consistency call
sleep 1
until_status "$pid" "coroutine" # keeps the code
grep -qE 'fix.*rvp|revector-patch' "/proc/$pid/maps" || fail "the code that fibres return to was unmapped"
ask fibres e
expect "version 1 mixed 1 sums 7168" "$answer" "consistency call is not for whole functions"
ask fibres w
eventually "the code is unmapped" maps_lack "$pid" 'fix.*rvp|revector-patch'

# a thread that does nothing but change stacks
ask fibres d
for _ in $(seq 10); do
    works revector apply "$pid" fix.rvp
    works revector revert "$pid" --all
done
ask fibres D
expect "version 1 mixed 1 sums 7168" "$answer" "after 10 rounds with a thread that only changes stacks"
echo "64 coroutines: nothing mixed, nothing unmapped under them"
