#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# running.sh - a thread that runs all the time inside a replaced function: nobody but itself can
# look at its stack, and what is said of it is where it was last seen: by itself in its last call
# that came past the table, or by others while it was blocked.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >run.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static volatile int go_on, is_awake, is_inside;
static int wakes[2];

__attribute__((noinline)) int part(void)
{
    return go_on;
}

/* Calls all the time. */
__attribute__((noinline)) int crunch(void)
{
    int sum = 0;
    is_inside = 1;
    while (go_on)
        sum += part();
    return sum;
}

/* Blocks once, and calls nobody from then on. */
__attribute__((noinline)) int block_and_spin(void)
{
    char byte;
    int turns = 0;
    is_inside = 1;
    if (read(wakes[0], &byte, 1) != 1)
        return -1;
    is_awake = 1;
    while (go_on)
        turns++;
    return turns;
}

static void *run(void *kind)
{
    return (void *)(long)(kind ? crunch() : block_and_spin());
}

int main(void)
{
    pthread_t thread;
    char line[16];

    setvbuf(stdout, NULL, _IONBF, 0);
    if (pipe(wakes))
        return 1;
    while (fgets(line, sizeof(line), stdin)) {
        if (line[0] == 'c' || line[0] == 'b') {
            go_on = 1;
            is_inside = 0;
            pthread_create(&thread, NULL, run, line[0] == 'c' ? line : NULL);
            while (!is_inside)
                usleep(100);
        }
        is_awake = 0;
        if (line[0] == 'w' && write(wakes[1], line, 1) != 1)
            return 1;
        while (line[0] == 'w' && !is_awake)
            usleep(100);
        if (line[0] == 'e') {
            go_on = 0;
            pthread_join(thread, NULL);
        }
        puts("done");
    }
}
C
compile run run.c -pthread
change run.c 's/sum = 0/sum = 1/; s/turns = 0/turns = 1/'
works revector build --for ./run -o fix.rvp fix/run.c
start run ./run

# Whom the update waits for now, and not what the log says of the last one; for `eventually`.
waits() {
    revector status "$pid" | grep 'kept by *thread'
}
waits_for() {
    case $(waits) in *"$1"*) ;; *) return 1 ;; esac
}

# calls_others: it finds itself inside in the method fault of the function that it calls.
calls_others() {
    local said="(run) runs, was inside crunch at its last call, seen so for"
    ask run c
    for kind in thread process; do
        refused 1 "$said" revector apply "$pid" fix.rvp --consistency $kind --timeout 1500ms
        expect_has "$(cat err.refused)" "mark its loop [[revector::loop]]" "what helps, of a function"
        expect_has "$(grep waiting: err.refused)" "$said" "what is said on the way"
    done
    revector apply "$pid" fix.rvp --timeout 20s >apply.out 2>&1 &
    client=$!
    eventually "status says where" waits_for "$said"
    waits_for "moves when that has returned and it blocks or calls" || fail "status: $(waits)"
    ask run e
    wait $client || fail "the update did not come when crunch had returned: $(cat apply.out)"
    works revector revert "$pid" --all
}

# blocked_before: it was seen blocked inside, and says nothing itself from then on.
blocked_before() {
    ask run b
    revector apply "$pid" fix.rvp --timeout 20s >apply.out 2>&1 &
    client=$!
    eventually "it is seen while it blocks" waits_for "is inside block_and_spin, in read of desc"
    ask run w
    eventually "it runs on" waits_for "runs, was inside block_and_spin at its last call, seen so"
    ask run e
    wait $client || fail "the update did not come when block_and_spin had returned: $(cat apply.out)"
    works revector revert "$pid" --all
}

# blocks_nowhere: whoever was never seen inside anything is not said to be.
blocks_nowhere() {
    ask run b
    ask run w
    refused 1 "(run) runs, seen so for" revector apply "$pid" fix.rvp --timeout 300ms
    ask run e
}

for test in calls_others blocked_before blocks_nowhere; do
    $test
done
echo "threads that run inside replaced functions: named by where they were last seen"
