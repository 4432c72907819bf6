#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# together.sh - `--consistency process`: no thread runs an old function once any runs a new
# one. Callers wait for those that are inside, and go on with the old ones if it takes too
# long.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >crowd.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void rv_agent_disable(void);

static atomic_int inside[3], mixed, woken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];

/* How many threads are in functions of each version. */
static void enter(int version)
{
    inside[version]++;
    if (inside[3 - version])
        mixed++;
}

static void leave(int version)
{
    inside[version]--;
}

__attribute__((noinline)) static int inner(void)
{
    volatile int mine = 1;
    enter(mine);
    for (volatile int n = 0; n < 20; n++)
        ;
    leave(mine);
    return mine;
}

__attribute__((noinline)) int outer(void)
{
    volatile int mine = 1;
    enter(mine);
    if (inner() != mine)
        mixed++;
    leave(mine);
    return mine;
}

static volatile int is_inside, has_lock, may_call;

/* Left when a byte comes. */
__attribute__((noinline)) int hold(void)
{
    char byte;
    volatile int mine = 1;
    enter(mine);
    is_inside = 1;
    if (read(ends[0], &byte, 1) != 1)
        woken++;
    leave(mine);
    return mine;
}

/* Inside while it waits for the lock. */
__attribute__((noinline)) int locked(void)
{
    volatile int mine = 1;
    enter(mine);
    is_inside = 1;
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    leave(mine);
    return mine;
}

static void on_signal(int number)
{
    (void)number;
    outer();
}

static void *call(void *unused)
{
    for (int n = 0;; n++) {
        outer();
        if (n % 64 == 0)
            usleep(100);
    }
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
    for (;;)
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

static void *held(void *unused)
{
    hold();
    return unused;
}

/* Calls with the lock in hand, when somebody inside waits for that and it is told to. */
static void *call_with_lock(void *unused)
{
    pthread_mutex_lock(&lock);
    has_lock = 1;
    while (!may_call)
        usleep(1000);
    outer();
    pthread_mutex_unlock(&lock);
    return unused;
}

static void *wait_for_lock(void *unused)
{
    while (!has_lock)
        usleep(1000);
    locked();
    return unused;
}

static pthread_t start(void *(*body)(void *), const char *name)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, NULL))
        exit(3);
    pthread_setname_np(thread, name);
    return thread;
}

int main(void)
{
    pthread_t threads[4];
    char line[80];

    signal(SIGUSR1, on_signal);
    if (pipe(ends))
        return 3;
    for (int n = 0; n < 4; n++)
        threads[n] = start(call, "caller");
    start(bear, "mother");
    start(sleep_for_ever, "sleeper");
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin)) {
        is_inside = 0;
        if (line[0] == 'h')
            start(held, "held");
        else if (line[0] == 'r')
            (void)!write(ends[1], "x", 1);
        else if (line[0] == 'o')
            rv_agent_disable();
        else if (line[0] == 'g')
            may_call = 1;
        else if (line[0] == 'd')
            start(call_with_lock, "locker"), start(wait_for_lock, "waiter");
        else if (line[0] == 's')
            for (int n = 0; n < 1000; n++)
                pthread_kill(threads[n % 4], SIGUSR1);
        while (strchr("hd", line[0]) && !is_inside)
            usleep(1000);
        printf("version %d mixed %d woken %d\n", strchr("rg", line[0]) ? 0 : outer(), mixed, woken);
    }
    return 0;
}
C
compile crowd crowd.c -pthread
start crowd ./crowd
change crowd.c 's/mine = 1;/mine = 2;/'
revector build --for ./crowd -o fix.rvp fix/crowd.c >/dev/null 2>&1 || fail "cannot build"

for round in $(seq 20); do
    works revector apply "$pid" fix.rvp --consistency process
    ask crowd s
    expect "version 2 mixed 0 woken 0" "$answer" "after update $round"
    works revector revert "$pid" --all --consistency process
    ask crowd s
    expect "version 1 mixed 0 woken 0" "$answer" "after revert $round"
done

# one that stays inside: everybody else waits, until it is given up, and has lost nothing
ask crowd h
refused 1 "is inside hold" revector apply "$pid" fix.rvp --consistency process --timeout 2s
ask crowd s
expect "version 1 mixed 0 woken 0" "$answer" "after an update that was given up"

# or until it has left
revector apply "$pid" fix.rvp --consistency process --timeout 60s >apply.out 2>&1 &
client=$!
until_status "$pid" "is inside hold" # which keeps the update waiting
ask crowd r
wait $client || fail "the update did not come into force: $(cat apply.out)"
ask crowd s
expect "version 2 mixed 0 woken 0" "$answer" "when it had left"

# the same on the way back
ask crowd h
refused 1 "is inside hold" revector revert "$pid" --all --consistency process --timeout 2s
ask crowd s
expect "version 2 mixed 0 woken 0" "$answer" "after a revert that was given up"
ask crowd r
works revector revert "$pid" --all --consistency process

# who waits has what somebody inside needs: nothing but the deadline helps, and it does
ask crowd d
revector apply "$pid" fix.rvp --consistency process --timeout 5s >apply.out 2>&1 &
client=$!
until_status "$pid" "is inside locked"
ask crowd g
wait $client && fail "it came into force in a deadlock"
expect_has "$(cat apply.out)" "is inside locked" "who kept the update waiting"
works revector apply "$pid" fix.rvp --consistency process
ask crowd s
expect "version 2 mixed 0 woken 0" "$answer" "after a deadlock that was given up"

# whoever moves the others goes away: nobody waits for ever
ask crowd h
revector revert "$pid" --all --consistency process --timeout 60s >revert.out 2>&1 &
client=$!
until_status "$pid" "is inside hold"
ask crowd o
expect "version 2 mixed 0 woken 0" "$answer" "after the program has switched its agent off"
wait $client && fail "the revert went on without an agent: $(cat revert.out)"
echo "20 updates and reverts under calls, births and signals: never two versions at once"
