#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# oldcode.sh - an update at once (--consistency call) replaces functions that threads are inside:
# apply and status say which threads go on in which old function, and until when.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >old.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define VERSION 1

static int wakes[2];
static volatile int go_on = 1;

static void wait_for_byte(void)
{
    char byte;
    if (read(wakes[0], &byte, 1) != 1)
        exit(1);
}

static void *serve(void *unused)
{
    volatile int version = VERSION;
    for (; version; (void)unused)
        wait_for_byte();
    abort();
}

static void *take_turns(void *unused)
{
    volatile int version = VERSION;
    (void)version;
    [[revector::loop]] for (;;)
        wait_for_byte();
}

static void *hold(void *unused)
{
    volatile int version = VERSION;
    wait_for_byte();
    return version ? unused : NULL;
}

static void *spin(void *unused)
{
    volatile int version = VERSION;
    while (go_on)
        version++;
    return unused;
}

static void start(void *(*run)(void *), int count)
{
    pthread_t thread;
    while (count--)
        if (pthread_create(&thread, NULL, run, NULL))
            exit(1);
}

int main(void)
{
    char line[16];
    setvbuf(stdout, NULL, _IONBF, 0);
    if (pipe(wakes))
        return 1;
    while (fgets(line, sizeof(line), stdin)) {
        if (line[0] == 't') {
            start(serve, 1);
            start(take_turns, 1);
            start(hold, 1);
            start(spin, 1);
        }
        if (line[0] == 'm')
            start(hold, 100);
        printf("version %d\n", VERSION);
    }
}
C
compile old old.c -pthread
change old.c 's/VERSION 1/VERSION 2/'
revector build --for ./old -o fix.rvp fix/old.c >/dev/null 2>build.err ||
    fail "cannot build: $(cat build.err)"

# blocked PID COUNT: as many of its threads wait for a byte; for `eventually`.
blocked() {
    [ "$(grep -c '^0 ' /proc/"$1"/task/*/syscall | grep -c ':1$')" -ge "$2" ]
}

# each_is_named: what threads are inside, and whether they will ever leave it.
each_is_named() {
    local text
    start old ./old
    ask old t
    eventually "the threads are where they stay" blocked "$pid" 3
    works revector apply "$pid" fix.rvp --consistency call
    for text in "$output" "$(revector status "$pid")"; do
        text=$(sed 's/(thread [0-9]*)/(thread N)/; s/of thread [0-9]*/of thread N/' <<<"$text")
        expect_has "$text" "main (thread N) for good because nobody calls it again" "main"
        expect_has "$text" "serve (thread N) for good because it never returns" "a loop"
        expect_has "$text" "take_turns (thread N) until it returns" "a marked loop"
        expect_has "$text" "hold (thread N) until it returns" "what ends"
        expect_has "$text" "not known of thread N, which runs" "who runs"
    done
    ask old x
    expect "version 1" "$answer" "main, which nobody calls again"
}

# many_are_counted: beside those that are named.
many_are_counted() {
    start many ./old
    ask many m
    eventually "the threads are where they stay" blocked "$pid" 101
    works revector apply "$pid" fix.rvp --consistency call
    expect 64 "$(grep -c '(thread [0-9]*)' <<<"$output")" "threads that are named"
    expect_has "$output" "and 37 more" "what apply says"
    expect_has "$(revector status "$pid")" "and 37 more" "what status says"
}

# who_waits_is_counted: the same while an update waits for them.
who_waits_is_counted() {
    start waits ./old
    ask waits m
    eventually "the threads are where they stay" blocked "$pid" 101
    revector apply "$pid" fix.rvp --timeout 20s >apply.out 2>&1 &
    until_status "$pid" "is inside hold, in read of descriptor"
    expect 64 "$(revector status "$pid" | grep -c ' is inside ')" "threads that are named"
    expect_has "$(revector status "$pid")" "and 37 more" "what status says"
    works revector revert "$pid" 1
    wait
}

for test in each_is_named many_are_counted who_waits_is_counted; do
    $test
done
echo "threads that go on in old code: named, and until when"
