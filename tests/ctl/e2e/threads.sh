#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# threads.sh - no thread runs old and new functions mixed, whatever it is doing, and
# none is woken for an update. One that cannot move is named, and nothing changes.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >busy.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int mixed, backwards, woken, rounds;
static volatile int stop;

__attribute__((noinline)) static int inner(void)
{
    return 1;
}

__attribute__((noinline)) int outer(void)
{
    volatile int mine = 1;
    for (volatile int n = 0; n < 20; n++)
        ;
    if (inner() != mine)
        mixed++;
    return mine;
}

static volatile int inside;

/* Replaced too, and left only when a byte comes. */
__attribute__((noinline)) int hold(int fd)
{
    char byte;
    volatile int mine = 1;
    int got;
    inside = 1;
    got = (int)read(fd, &byte, 1);
    if (outer() != mine)
        mixed++;
    return got;
}

static int ends[2], others[2];

static void on_signal(int number)
{
    if (number == SIGUSR1)
        outer();
    else
        hold(others[0]);
}

static void *call(void *unused)
{
    while (!stop) {
        outer();
        rounds++;
        if (rounds % 64 == 0)
            usleep(100);
    }
    return unused;
}

static volatile int sum;

__attribute__((noinline)) static void add(int x)
{
    sum += x;
}

/* Never blocks, and calls nothing that is replaced. */
static void *spin(void *unused)
{
    while (!stop)
        add(1);
    return unused;
}

static void *call_once(void *unused)
{
    outer();
    return unused;
}

static void *bear(void *unused)
{
    pthread_t child;
    while (!stop)
        if (pthread_create(&child, NULL, call_once, NULL) == 0)
            pthread_join(child, NULL), usleep(100);
    return unused;
}

static void *sleep_for_ever(void *unused)
{
    while (poll(NULL, 0, -1) >= 0 || errno != EINTR)
        ;
    woken++;
    return unused;
}

static void *sleep_again(void *unused)
{
    for (;;)
        poll(unused, 0, -1);
}

static pthread_t start(void *(*body)(void *), void *argument, const char *name)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, argument))
        exit(3);
    pthread_setname_np(thread, name);
    return thread;
}

static void *held(void *fd)
{
    hold(*(int *)fd);
    return call(fd);
}

int main(void)
{
    pthread_t threads[6], listener;
    char line[80];

    signal(SIGUSR1, on_signal);
    signal(SIGUSR2, on_signal);
    if (pipe(ends) || pipe(others))
        return 3;
    listener = start(sleep_again, NULL, "listener");
    for (int n = 0; n < 6; n++)
        threads[n] = start(call, NULL, "caller");
    start(bear, NULL, "mother");
    start(spin, NULL, "spinner");
    for (int n = 0; n < 4; n++)
        start(sleep_for_ever, NULL, "sleeper");
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin)) {
        inside = 0;
        if (line[0] == 'h')
            start(held, &ends[0], "held");
        else if (line[0] == 'r')
            (void)!write(ends[1], "x", 1);
        else if (line[0] == 'u')
            pthread_kill(listener, SIGUSR2);
        else if (line[0] == 'w')
            (void)!write(others[1], "x", 1);
        else if (line[0] == 's')
            for (int n = 0; n < 1000; n++)
                pthread_kill(threads[n % 6], SIGUSR1);
        while (strchr("hu", line[0]) && !inside)
            usleep(1000);
        printf("version %d mixed %d woken %d\n", outer(), mixed, woken);
    }
    return 0;
}
C
compile busy busy.c -pthread
start busy ./busy
change busy.c 's/return 1;/return 2;/; s/mine = 1;/mine = 2;/'
revector build --for ./busy -o fix.rvp fix/busy.c >/dev/null 2>&1 || fail "cannot build"

for round in $(seq 20); do
    works revector apply "$pid" fix.rvp
    ask busy s
    expect "version 2 mixed 0 woken 0" "$answer" "after update $round"
    works revector revert "$pid" --all
    ask busy s
    expect "version 1 mixed 0 woken 0" "$answer" "after revert $round"
done

# a thread inside a replaced function: named, in time, and nothing has changed
ask busy h
refused 1 "is inside hold" revector apply "$pid" fix.rvp --timeout 2s
expect_has "$(cat err.refused)" "(held)" "the thread's name"
ask busy s
expect "version 1 mixed 0 woken 0" "$answer" "after an update that was given up"

# while it waits, status says so, and nobody else is kept waiting
revector apply "$pid" fix.rvp --timeout 60s >apply.out 2>&1 &
client=$!
until_status "$pid" "is inside hold, in read of descriptor " # who has not moved, and why not
works revector status "$pid"
expect_has "$output" "moving" "state of the update"
expect_has "$output" "seen so for " "since when"
expect_has "$output" "moves when that has returned" "what frees it"
eventually "version 2 of a thread that has moved" answers busy v "version 2 mixed 0 woken 0"
ask busy r
wait $client || fail "the update did not come into force: $(cat apply.out)"
expect_has "$(revector status "$pid")" "committed" "state at the end"
ask busy s
expect "version 2 mixed 0 woken 0" "$answer" "at the end"

# a thread that was seen outside, and is in a handler now: its stack cannot be told, so it
# goes on in the old function, and the update waits for it again
works revector revert "$pid" --all
ask busy h
revector apply "$pid" fix.rvp --timeout 60s >apply.out 2>&1 &
client=$!
until_status "$pid" "is inside hold"
eventually "the listener was seen outside" status_lacks "$pid" "(listener)"
ask busy u
ask busy r
until_status "$pid" "(listener)" # has not moved
ask busy w
wait $client || fail "the update did not come into force: $(cat apply.out)"
ask busy s
expect "version 2 mixed 0 woken 0" "$answer" "after the handler"
echo "20 updates and reverts under calls, births and signals: nothing mixed, nobody woken"
