#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# spinners.sh - a thread that only computes: neither blocks nor calls. It keeps an update from
# coming into force, and nothing else: giving up does not wait for it, the next ones begin,
# and what cannot be freed because of it is freed when it has ended.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >spin.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile int stop, inside, spinning;
static volatile long turns;

__attribute__((noinline)) int answer(int x)
{
    volatile int mine = 1;
    return x + mine;
}

/* Its argument: calls answer() once whenever `inside` is 1. */
static void *spin(void *calls)
{
    spinning = 1;
    while (!stop) {
        turns++;
        if (calls && inside == 1) {
            inside = 2;
            answer(0);
            inside = 3;
        }
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[2];
    int count = 0;
    char line[16];

    setvbuf(stdout, NULL, _IONBF, 0);
    while (fgets(line, sizeof(line), stdin)) {
        if (strchr("sc", line[0])) {
            stop = 0;
            spinning = 0;
            pthread_create(&threads[count++], NULL, spin, line[0] == 'c' ? threads : NULL);
            /* One that begins later, in the middle of an update, begins in new code. */
            while (!spinning)
                usleep(100);
        }
        if (line[0] == 'i') {
            inside = 1;
            while (inside != 3)
                usleep(100);
        }
        while (line[0] == 'e' && count) {
            stop = 1;
            pthread_join(threads[--count], NULL);
        }
        printf("%d\n", answer(0));
    }
}
C
compile spin spin.c -pthread
change spin.c 's/mine = 1;/mine = 2;/'
revector build --for ./spin -o fix.rvp fix/spin.c >/dev/null 2>&1 || fail "cannot build"
start spin ./spin
ask spin s
expect 1 "$answer" "before"

# within FROM TO WHAT: of the seconds since `begin`
begin() {
    began=${EPOCHREALTIME/./}
}
within() {
    local took=$(((${EPOCHREALTIME/./} - began) / 1000))
    [ $took -ge "$1" ] && [ $took -le "$2" ] || fail "$3: it took $took ms"
}

# given up when its time is over, with a row
begin
refused 1 "not all threads could move in time" revector apply "$pid" fix.rvp --timeout 1s
within 1000 4000 "giving up beside a thread that computes"
expect_has "$(cat err.refused)" "runs, seen so for" "why"
status_lacks "$pid" "state        returning" || fail "it is still returning"
expect_has "$(revector history "$pid")" "aborted" "its row"
ask spin v
expect 1 "$answer" "after it was given up"

# the next ones begin
refused 1 "not all threads could move in time" revector apply "$pid" fix.rvp --timeout 200ms
refused 1 "not all threads could move in time" revector apply "$pid" fix.rvp --consistency process --timeout 200ms
works revector apply "$pid" fix.rvp --consistency call
ask spin v
expect 2 "$answer" "after an update per call"

# a revert is given up in the same way, one per call is not
begin
refused 1 "not all threads could move in time" revector revert "$pid" --all --timeout 1s
within 1000 4000 "giving up a revert beside a thread that computes"
ask spin v
expect 2 "$answer" "after a revert that was given up"
works revector revert "$pid" --all --consistency call
ask spin v
expect 1 "$answer" "after a revert per call"

# what all of that left is kept for the thread, and goes when it has ended
maps_lack "$pid" 'fix\.rvp' && fail "the patch is gone although a thread may be in it"
ask spin e
eventually "the patch is unmapped" maps_lack "$pid" 'fix\.rvp'
works revector apply "$pid" fix.rvp
works revector revert "$pid" --all

# one that has moved before it went on to compute may be in a new function: nobody can tell, so
# the update stays on its way back, and the next one says for whom, and what helps
ask spin s
ask spin c
revector apply "$pid" fix.rvp --timeout 2s >apply.out 2>err.apply &
client=$!
until_status "$pid" "state        moving"
ask spin i
begin
wait $client && fail "it came into force beside a thread that computes"
within 0 8000 "a command whose update goes back"
expect_has "$(cat err.apply)" "is over when the last thread that had moved is back: thread" "the command"
refused 1 "is returning: thread" revector apply "$pid" fix.rvp --consistency call
expect_has "$(cat err.refused)" "moves when it blocks or calls" "what helps"
ask spin e
eventually "the update is over" status_lacks "$pid" "state        returning"
works revector apply "$pid" fix.rvp
ask spin v
expect 2 "$answer" "at the end"
echo "threads that only compute: given up in time, and nobody is locked out"
