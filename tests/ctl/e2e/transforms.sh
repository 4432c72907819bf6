#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# transforms.sh - a struct gains a field in its middle while threads work on a list of its
# objects: the author's transformer converts them all, or nothing happens.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >session.h <<'C'
struct session {
    int number;
    int uses;
    struct session *next;
};
extern struct session *sessions;
int total(void);
C
cat >report.c <<'C'
#include "session.h"
/* Knows the struct inside a function only. */
int total(void)
{
    int sum = 0;
    for (struct session *s = sessions; s; s = s->next)
        sum += s->number;
    return sum;
}
C
cat >prog.c <<'C'
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "session.h"

struct session *sessions;
static int refuse, lost;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void add(int number)
{
    struct session *s = calloc(1, sizeof(*s));
    s->number = number;
    s->next = sessions;
    sessions = s;
}

/* Each object is as it was filled in, whichever layout it has. */
__attribute__((noinline)) int use(void)
{
    int count = 0;
    pthread_mutex_lock(&lock);
    for (struct session *s = sessions; s; s = s->next) {
        s->uses++;
        count += s->number >= 1 && s->number <= 1000;
    }
    pthread_mutex_unlock(&lock);
    return count;
}

/* Between two calls with the lock in hand, when objects may be converted. */
__attribute__((noinline)) int touch(struct session *s)
{
    return s ? s->number : 0;
}

static int version(void)
{
    return sessions ? (int)sizeof(*sessions) : 0;
}

/* Inside while it waits for a line. */
__attribute__((noinline)) int hold(char *line)
{
    int number = touch(sessions);
    puts("held");
    return fgets(line, 64, stdin) ? number : 0;
}

static void *work(void *unused)
{
    for (;;) {
        if (use() != 1000)
            lost++;
        usleep(200);
    }
    return unused;
}

__attribute__((noinline)) static void serve(char *line)
{
    if (!strncmp(line, "refuse", 6))
        refuse = line[7] - '0';
    if (!strncmp(line, "hold", 4))
        hold(line);
    printf("size %d total %d used %d lost %d refuse %d\n", version(), total(),
           use() == 1000, lost, refuse);
}

static sigjmp_buf way_out;

static void escape(int number)
{
    siglongjmp(way_out, number);
}

/* With an argument it survives a crash in this thread. */
int main(int argc, char **argv)
{
    pthread_t thread;
    char line[64];
    (void)argv;
    if (argc > 1)
        signal(SIGSEGV, escape);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int n = 1; n <= 1000; n++)
        add(n);
    for (int n = 0; n < 4; n++)
        if (pthread_create(&thread, NULL, work, NULL))
            return 3;
    while (fgets(line, sizeof(line), stdin))
        if (sigsetjmp(way_out, 1) == 0) {
            serve(line);
        } else {
            refuse = 0;
            puts("escaped");
        }
}
C
old="size 16 total 500500 used 1 lost 0"
new="size 32 total 500500 used 1 lost 0"
include=$here/../../../runtime/include
echo 'int aside(int x) { return x + 1; }' >aside.c # knows no struct
compile prog -I. -I"$include" prog.c report.c aside.c -pthread
start prog ./prog

mkdir fix
cp report.c fix/
sed 's/int uses;/long flags;\n    int uses;/' session.h >fix/session.h
cat >>fix/session.h <<'C'
#include "revector/transform.h"
struct session_was {
    int number;
    int uses;
    struct session *next;
};
C
cp fix/session.h fix/plain.h
echo 'REVECTOR_WAS(struct session, struct session_was);' >>fix/session.h
cat >forward.c <<'C'
static int walk(struct rv_transform *t)
{
    int error = 0;
    for (const struct session_was *s = (const void *)sessions; s && !error;
         s = (const void *)s->next)
        error = rv_transform_object(t, s);
    return error;
}
static int convert(struct rv_transform *t, const struct session_was *from, struct session *to)
{
    if (refuse && from->number == 500)
        return rv_transform_refuse(t, refuse, "number %d is in use", from->number);
    to->number = from->number;
    to->uses = from->uses;
    to->next = from->next;
    to->flags = 7;
    return 0;
}
static void point(struct rv_transform *t)
{
    sessions = rv_transform_moved(t, sessions);
    for (struct session *s = sessions; s; s = s->next)
        s->next = rv_transform_moved(t, s->next);
}
C
cat >back.c <<'C'
static int walk_back(struct rv_transform *t)
{
    int error = 0;
    for (const struct session *s = sessions; s && !error; s = s->next)
        error = rv_transform_object(t, s);
    return error;
}
static int convert_back(struct rv_transform *t, const struct session *from, struct session_was *to)
{
    if (refuse)
        return rv_transform_refuse(t, refuse, "not back");
    *to = (struct session_was){from->number, from->uses, from->next};
    return from->flags != 7;
}
C
forth='.walk = walk, .convert = convert, .point = point, .allocate = malloc, .release = free'
transform="REVECTOR_TRANSFORM(struct session, struct session_was, $forth"

# make NAME TEXT...: fix/prog.c with these behind it, a patch of both files; fix/NAME.c keeps it
make_source() {
    cat prog.c "$@" >fix/prog.c
}
make() {
    name=$1
    shift
    make_source "$@"
    revector build --for "$pid" -o "$name.rvp" fix/prog.c fix/report.c >build.out 2>&1
}

# Without a transformer the change is refused, and both layouts are named.
cp fix/session.h marked.h
sed -i '/^#include/,$d' fix/session.h
: >nothing.c
make none nothing.c && fail "a changed layout needs no transformer"
expect_has "$(cat build.out)" "'struct session' has 16 bytes (number at 0, 4 bytes; uses at 4, 4 bytes; next at 8, 8 bytes) in the program, and 32 bytes (number at 0, 4 bytes; flags at 8, 8 bytes; uses at 16, 4 bytes; next at 24, 8 bytes)" "both layouts"
cp marked.h fix/session.h

# A mark alone is not enough: somebody has to convert.
make lone nothing.c && fail "a patch was made that converts nothing"
expect_has "$(cat build.out)" "no transformer in any of the files" "a mark without a transformer"

# Another old layout than the program's is refused.
echo "$transform);" >forth.def
sed -i '/struct session_was {/,/}/s/int uses/short uses/' fix/session.h
make wrong forward.c forth.def && fail "a wrong old layout was believed"
expect_has "$(cat build.out)" "in the program, but what it is said to have been has 16 bytes (number at 0, 4 bytes; uses at 4, 2 bytes" "both layouts again"
cp marked.h fix/session.h

# A file of the program that knows the struct, and is not in the patch, is named.
make_source forward.c forth.def
revector build --for "$pid" -o part.rvp fix/prog.c >build.out 2>&1 && fail "report.c was forgotten"
expect_has "$(cat build.out)" "struct session changes, and is known in report.c too" "other files"

# A transformer may not use what is replaced.
sed 's/    int error = 0;/    int error = touch(sessions) < 0;/' forward.c >uses.c
make uses uses.c forth.def && fail "a transformer uses a function that is replaced"
expect_has "$(cat build.out)" "a transformer uses 'touch', which the patch replaces" "its functions"

# Nothing but process consistency will do.
make fix forward.c forth.def || fail "cannot build: $(cat build.out)"
refused 1 "that needs --consistency process" revector apply "$pid" fix.rvp
refused 1 "that needs --consistency process" revector apply "$pid" fix.rvp --consistency call

# Nor is it put in force to be reverted by itself, which it cannot be.
for more in "" --dry-run; do
    # shellcheck disable=SC2086
    refused 1 "--confirm needs a way back: give the transformer walk_back and convert_back, or apply without --confirm: struct session" \
        revector apply "$pid" fix.rvp --consistency process --confirm 1min $more
done
ask prog x
expect "$old refuse 0" "$answer" "before"
works revector inspect fix.rvp
expect_has "$output" "struct session" "inspect names what is converted"

# The author's function refuses: nothing has changed, and the reason is told.
ask prog "refuse 9"
refused 1 "struct session: number 500 is in use (9)" \
    revector apply "$pid" fix.rvp --consistency process
ask prog x
expect "$old refuse 9" "$answer" "after a refusal"
ask prog "refuse 0"

# The deadline comes first: nothing has changed.
ask prog hold
refused 1 "not all threads could move in time" \
    revector apply "$pid" fix.rvp --consistency process --timeout 2s
expect_has "$(cat err.refused)" "is inside hold" "who holds it"
case $(cat err.refused) in *"--consistency call"*) fail "that is refused: $(cat err.refused)" ;; esac
ask prog x
expect "$old refuse 0" "$answer" "after the deadline"

# Converted, under calls. Without a way back, it cannot be reverted.
works revector apply "$pid" fix.rvp --consistency process
expect_has "$output" "no way back for struct session" "what apply says of it"
expect_has "$(revector status "$pid")" "no way back for struct session" "status"
ask prog x
expect "$new refuse 0" "$answer" "converted"
refused 1 "no way to convert them back: struct session" revector revert "$pid" --all
ask prog x
expect "$new refuse 0" "$answer" "still converted"

# What was made for the program as it was, and knows the struct, cannot come on top.
mkdir plain && cp session.h plain/ && sed 's/= 0;$/= 1;/' report.c >plain/report.c
works revector build --for "$pid" -o top.rvp plain/report.c
refused 1 "update 3, struct session: it stays until the program is started again" \
    revector apply "$pid" top.rvp
refused 1 "update 3, struct session: it stays until" revector apply "$pid" top.rvp --replace
sed 's/x + 1/x + 2/' aside.c >plain/aside.c
works revector build --for "$pid" -o aside.rvp plain/aside.c
refused 1 "without --replace this patch can be in force beside it" \
    revector apply "$pid" aside.rvp --replace
works revector apply "$pid" aside.rvp
ask prog x
expect "$new refuse 0" "$answer" "nothing on top"

# There and back, again and again; a refusal on the way back leaves the new.
start again ./prog
echo "$transform, .walk_back = walk_back, .convert_back = convert_back);" >both.def
make both forward.c back.c both.def || fail "cannot build: $(cat build.out)"
for round in $(seq 10); do
    works revector apply "$pid" both.rvp --consistency process
    ask again x
    expect "$new refuse 0" "$answer" "round $round"
    ask again "refuse 5"
    refused 1 "struct session: not back (5)" revector revert "$pid" --all
    ask again "refuse 0"
    expect "$new refuse 0" "$answer" "round $round, not back"
    works revector revert "$pid" --all
    ask again x
    expect "$old refuse 0" "$answer" "round $round, back"
done

# With a way back, a deadline takes it; if that is refused, it tries again, but not all the time.
refusals() {
    revector history "$pid" | grep -c 'struct session: not back (5)'
}
before=$(refusals)
works revector apply "$pid" both.rvp --consistency process --confirm 300ms
ask again x
expect "$new refuse 0" "$answer" "before the deadline"
ask again "refuse 5"
sleep 1.5
ask again x
expect "$new refuse 5" "$answer" "a deadline that is refused"
tries=$(($(refusals) - before))
[ "$tries" -ge 2 ] && [ "$tries" -le 6 ] || fail "the deadline has tried $tries times in 1.2 s"
ask again "refuse 0"
eventually "the deadline's next try" answers again x "$old refuse 0"

# New code that crashes on probation: nobody takes it back in a handler, where objects cannot be
# converted. It is left out of the journal; if the program survives, it is reverted in order.
mkdir updates
export REVECTOR_UPDATES=$work/updates
sed -i 's/    return s ? s->number : 0;/    if (refuse == 7)\n        *(volatile int *)(long)(refuse - 7) = 1;\n&/' prog.c
cp prog.c crashing.c
make crash_both forward.c back.c both.def || fail "cannot build: $(cat build.out)"
make crash_one forward.c forth.def || fail "cannot build: $(cat build.out)"
crashes() {
    start "$1" ./prog survive
    works revector apply "$pid" "$1.rvp" --consistency process
    works revector status "$pid"
    expect_has "$output" "on probation for" "status of $1"
    ask "$1" "refuse 7"
    ask "$1" hold
    expect "escaped" "$answer" "a crash in new code"
    sleep 0.5
    expect 1 "$(grep -c '^revector: ' "$1.err")" "lines about it"
    expect_has "$(cat "$1.err")" "SIGSEGV in touch" "what is said of it"
    expect_has "$(cat "$1.err")" "the next start leaves it out" "what is said of it"
    expect 1 "$(find updates -name '*.rvp.crashed' | wc -l)" "patches that have crashed"
    expect 0 "$(find updates -name '*.rvp' | wc -l)" "patches kept"
    rm -r updates/*
    works revector history "$pid"
    expect_has "$output" "the crash guard" "who has seen it"
}
crashes crash_both
expect_has "$(cat crash_both.err)" "it is reverted if the program goes on" "what becomes of it"
expect_has "$output" "reverted" "history"
ask crash_both x
expect "$old refuse 0" "$answer" "converted back after a crash"
crashes crash_one
expect_has "$(cat crash_one.err)" "has no way back: it stays" "what becomes of it"
expect 1 "$(printf '%s\n' "$output" | grep -c 'refused')" "rows about what has no way back"
ask crash_one x
expect "$new refuse 0" "$answer" "still converted after a crash"
echo "objects are converted there and back, or nothing happens"
