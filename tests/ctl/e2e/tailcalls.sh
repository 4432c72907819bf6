#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# tailcalls.sh - a replaced function that ends in a call (`return finish(r);`) is on the stack
# until that call has returned: no thread goes on from it into new code, no transformer takes
# away what it has in hand, and a crash behind it is a crash of its patch.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >request.h <<'C'
struct request {
    int number;
    long amount;
};
int unit(void);
int process(struct request *r);
void wait_input(void);
C
cat >request.c <<'C'
#include <string.h>
#include "request.h"
#define UNIT 100

int unit(void)
{
    return UNIT;
}

/* What process() has left is right for the finish() of its own version only. */
__attribute__((noinline)) static int finish(struct request *r)
{
    return r->amount == UNIT + 2;
}

__attribute__((noinline)) int settle(struct request *r, long base)
{
    r->amount += base == UNIT;
    wait_input();
    return finish(r);
}

int process(struct request *r)
{
    r->amount = UNIT + 1;
    wait_input();
    return settle(r, UNIT);
}
C
cat >main.c <<'C'
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "request.h"

struct session {
    int number;
    struct session *next;
};
static struct session *sessions;
static atomic_int mixed, stale, calls[8];

void wait_input(void)
{
    usleep(2000);
}

__attribute__((noinline)) static int use(const struct session *s)
{
    return s->number;
}

__attribute__((noinline)) int look(int place)
{
    const struct session *s = sessions;
    while (place--)
        s = s->next;
    wait_input(); /* nearly always here, with an object in hand */
    return use(s);
}

static void *work(void *number)
{
    struct request r = {.number = *(int *)number};
    for (;; calls[r.number]++)
        if (r.number % 2)
            mixed += !process(&r);
        else
            stale += look(r.number) != 4711;
    return NULL;
}

static void wait_for_calls(int number)
{
    const int before = calls[number];
    while (calls[number] - before < 3)
        usleep(1000);
}

__attribute__((noinline)) static void add(void)
{
    struct session *s = calloc(1, sizeof(*s));
    s->number = 4711;
    s->next = sessions;
    sessions = s;
}

int main(void)
{
    static int numbers[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    char line[16];
    pthread_t thread;

    for (int n = 0; n < 8; n++)
        add();
    for (int n = 0; n < 8; n++)
        if (pthread_create(&thread, NULL, work, &numbers[n]))
            return 3;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin)) {
        for (int n = 0; n < 8; n++)
            wait_for_calls(n);
        printf("unit %d mixed %d stale %d\n", unit(), mixed, stale);
    }
    return 0;
}
C
compile prog -I. -I"$here/../../../runtime/include" main.c request.c -pthread
start prog ./prog

change request.c 's/define UNIT 100/define UNIT 1000/'
cp request.h fix/
revector build --for ./prog -o fix.rvp fix/request.c >/dev/null 2>&1 || fail "cannot build"
for consistency in thread process; do
    for round in $(seq 10); do
        works revector apply "$pid" fix.rvp --consistency $consistency
        ask prog x
        expect "unit 1000 mixed 0 stale 0" "$answer" "$consistency: after update $round"
        works revector revert "$pid" --all
        ask prog x
        expect "unit 100 mixed 0 stale 0" "$answer" "$consistency: after revert $round"
    done
done

# An object that an old function has handed to what it ends with is in use until that returns.
sed 's/^    int number;$/    long weight[6];\n    int number;/' main.c >fix/main.c
cat >>fix/main.c <<'C'
#include <string.h>
#include "revector/transform.h"

struct session_was {
    int number;
    struct session_was *next;
};
static void *make(size_t size)
{
    return calloc(1, size);
}
/* Whoever reads it still, sees that it is gone. */
static void spoil(void *old)
{
    memset(old, 0x55, 16);
}
static int walk(struct rv_transform *t)
{
    int error = 0;
    for (const struct session_was *s = (const void *)sessions; s && !error; s = s->next)
        error = rv_transform_object(t, s);
    return error;
}
static int convert(struct rv_transform *t, const struct session_was *from, struct session *to)
{
    (void)t;
    *to = (struct session){.number = from->number, .next = (void *)from->next};
    return 0;
}
static void point(struct rv_transform *t)
{
    sessions = rv_transform_moved(t, sessions);
    for (struct session *s = sessions; s; s = s->next)
        s->next = rv_transform_moved(t, s->next);
}
REVECTOR_TRANSFORM(struct session, struct session_was, .walk = walk, .convert = convert,
                   .point = point, .allocate = make, .release = spoil);
C
revector build --for ./prog -o convert.rvp fix/main.c >build.out 2>&1 || fail "cannot build: $(cat build.out)"
for round in 1 2 3; do
    start "again$round" ./prog
    ask "again$round" x
    works revector apply "$pid" convert.rvp --consistency process
    ask "again$round" x
    expect "unit 100 mixed 0 stale 0" "$answer" "after objects were converted, round $round"
done

# New code that ends in a call of the C library, and crashes there, is what crashes.
ulimit -c 0
sed 's/^    wait_input();$/&\n    if (r->number == 1 \&\& r->amount != UNIT + 1)\n        return (int)strlen((const char *)(r->amount - UNIT));/' request.c >fix/request.c
revector build --for ./prog -o crash.rvp fix/request.c >build.out 2>&1 || fail "cannot build: $(cat build.out)"
start last ./prog
revector apply "$pid" crash.rvp >/dev/null 2>&1
is_gone() {
    ! kill -0 "$pid" 2>/dev/null
}
eventually "the program crashes" is_gone
expect_has "$(cat last.err)" "SIGSEGV below settle" "who crashed"
expect_has "$(cat last.err)" "crash.rvp" "whose code it was"
