#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# inside.sh - a thread that is inside a replaced function keeps to the old contract
# until it has left, while others are on the new one. libpulp's tests `blocked` and
# `contract` ask for this and are expected to fail there.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >blocked.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A byte to a thread is one turn, 'q' the end of its loop; its answer is one line. */
static int to_loop[2], to_caller[2];
static volatile int turns;

static char turn(int fd)
{
    char byte = 0;
    return read(fd, &byte, 1) == 1 ? byte : 'q';
}

__attribute__((noinline)) static void hello(const char *who)
{
    turns++;
    printf("%s hello\n", who);
}

__attribute__((noinline)) void hello_loop(void)
{
    while (turn(to_loop[0]) != 'q')
        hello("loop");
    turns += 1;
}

static void *loop(void *unused)
{
    for (;;) {
        hello_loop();
        printf("loop left\n");
    }
    return unused;
}

static void *call(void *unused)
{
    for (;;) {
        turn(to_caller[0]);
        hello("caller");
    }
    return unused;
}

int main(void)
{
    pthread_t threads[2];
    char line[8];

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (pipe(to_loop) || pipe(to_caller) || pthread_create(&threads[0], NULL, loop, NULL) ||
        pthread_create(&threads[1], NULL, call, NULL))
        return 3;
    while (fgets(line, sizeof(line), stdin))
        if (write(line[0] == 'c' ? to_caller[1] : to_loop[1], line, 1) != 1)
            return 4;
    return 0;
}
C

cat >contract.c <<'C'
#include <stdio.h>

struct message {
    int type, data_a;
    double data_b;
};
enum { TYPE_A, TYPE_B };

static void wait_input(void)
{
    char line[8];
    if (!fgets(line, sizeof(line), stdin))
        puts("over");
}

__attribute__((noinline)) static void print(const struct message *message)
{
    switch (message->type) {
    case TYPE_A:
        printf("A %d\n", message->data_a);
        break;
    case TYPE_B:
        printf("B %.0f\n", message->data_b);
        break;
    default:
        printf("invalid type %d\n", message->type);
    }
}

__attribute__((noinline)) void fna(void)
{
    struct message message = {.type = TYPE_A, .data_a = 128};
    wait_input();
    print(&message);
}

__attribute__((noinline)) void fnb(void)
{
    struct message message = {.type = TYPE_B, .data_b = 256};
    wait_input();
    print(&message);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (;;) {
        fna();
        fnb();
    }
}
C

# apply_in_background NAME: until the update is under way; $client waits for its end.
apply_in_background() {
    revector apply "$pid" "$1.rvp" --timeout 60s >apply.out 2>&1 &
    client=$!
    until_status "$pid" moving
}

blocked() {
    compile blocked blocked.c -pthread
    change blocked.c 's/hello\\n/goodbye\\n/; s/turns += 1;/turns += 2;/'
    revector build --for ./blocked -o blocked.rvp fix/blocked.c >/dev/null 2>&1 || fail "cannot build"
    start blocked ./blocked
    ask blocked l
    expect "loop hello" "$answer" "inside, before"
    apply_in_background blocked
    eventually "outside, the caller has moved" answers blocked c "caller goodbye"
    for _ in 1 2 3; do
        ask blocked c
        expect "caller goodbye" "$answer" "outside, while another thread is inside"
        ask blocked l
        expect "loop hello" "$answer" "inside the replaced loop"
    done
    expect_has "$(revector status "$pid")" "is inside hello_loop" "who has not moved"
    ask blocked q
    expect "loop left" "$answer" "leaving"
    wait $client || fail "the update did not come into force: $(cat apply.out)"
    ask blocked l
    expect "loop goodbye" "$answer" "inside the new loop"
}

contract() {
    compile contract contract.c
    change contract.c 's/int type, data_a;/long data_a; short type;/; s/double data_b;/float data_b;/
        s/TYPE_A, TYPE_B/TYPE_B = 7, TYPE_A/; s/= 256/= 1024/; s/= 128/= 512/; s/A %d/A %ld/'
    revector build --for ./contract -o contract.rvp fix/contract.c >/dev/null 2>&1 || fail "cannot build"
    start contract ./contract
    ask contract ""
    expect "A 128" "$answer" "fna, before"
    ask contract ""
    expect "B 256" "$answer" "fnb, before"
    apply_in_background contract
    ask contract ""
    expect "A 128" "$answer" "fna, which was entered under the old contract"
    ask contract ""
    expect "B 1024" "$answer" "fnb, the next call"
    wait $client || fail "the update did not come into force: $(cat apply.out)"
    ask contract ""
    expect "A 512" "$answer" "fna, after"
}

# 34 threads are inside: as many as fit are named, whole, and how many more there are.
crowd() {
    held_program crowd '"%d\n", answer(1)' <<'C'
__attribute__((noinline)) int answer(int x)
{
    return x + 1;
}
C
    compile crowd crowd.c -pthread
    change crowd.c 's/int got = 1/int got = 2/'
    works revector build --for ./crowd -o crowd.rvp fix/crowd.c
    start crowd ./crowd
    for _ in $(seq 34); do
        ask crowd h
    done
    local one='thread [0-9]* (held) is inside hold, in read of descriptor [0-9]* (pipe:\[[0-9]*\]), seen so for [0-9.]* s: moves when that has returned'
    refused 1 "and " revector apply "$pid" crowd.rvp --timeout 1500ms
    for line in "waiting: " "nothing has changed: "; do
        text=$(grep -o "$line.*" err.refused | sed "s/^$line//; s/; if that function.*//")
        named=$(grep -o "$one" <<<"$text" | wc -l)
        [ "$named" -gt 2 ] || fail "only $named are named: $text"
        rest=$(sed "s/$one; //g" <<<"$text")
        expect "and $((34 - named)) more" "$rest" "what follows on $named threads"
    done
    expect_has "$(revector history "$pid")" "and $((34 - named)) more" "history"
    revector apply "$pid" crowd.rvp --timeout 60s >apply.out 2>&1 &
    client=$!
    until_status "$pid" "is inside hold"
    eventually "a line for each in status" lines_of_status 34 "^  *\(kept by\)\?  *$one\$"
    refused 1 "update 2 is moving: thread" revector apply "$pid" crowd.rvp
    kill $client
    wait $client
}

lines_of_status() {
    [ "$(revector status "$pid" | grep -c "$2")" = "$1" ]
}

blocked
contract
crowd

echo "a function that calls one that never returns is on the stack all the same"
cat >endless.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static volatile int one = 1;

/* The compiler sees that this never ends, and puts nothing behind the call. */
__attribute__((noinline)) static void serve(int began)
{
    for (;;) {
        pause();
        one = began ? 1 : one;
    }
}

void *endless_worker(void *unused)
{
    serve(one);
    return unused;
}

int main(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, endless_worker, NULL);
    for (;;)
        pause();
}
C
compile endless endless.c
change endless.c 's/serve(one)/serve(one + 1)/'
revector build --for ./endless -o fix.rvp fix/endless.c >/dev/null 2>&1 || fail "cannot build"
start endless ./endless
both_pause() {
    [ "$(cat "/proc/$pid/task"/*/syscall | grep -c '^34 ')" = 2 ]
}
eventually "both threads are where they stay" both_pause
refused 1 "is inside endless_worker" revector apply "$pid" fix.rvp --timeout 300ms
works revector apply "$pid" fix.rvp --consistency call
expect_has "$output" "endless_worker" "who goes on in old code"
echo "inside: the old contract to its end; outside: the new one at once"
