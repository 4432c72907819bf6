#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# family.sh - all processes of a program take an update, or none: a master, its workers, and
# those that are born meanwhile.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >prefork.c <<'C'
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 600

/* What each process has last seen, in memory that all share. */
static struct seen {
    volatile int pid, version, mixed;
} *seen;
static volatile int *births;
static int workers, ends[2];

__attribute__((noinline)) static int inner(void)
{
    return 1;
}

__attribute__((noinline)) int answer(int *mixed)
{
    volatile int mine = 1;
    if (inner() != mine)
        ++*mixed;
    return mine;
}

__attribute__((noinline)) int hold(void)
{
    char byte;
    volatile int mine = 1;
    return (int)read(ends[0], &byte, 1) + mine;
}

static void work(int n, int turns)
{
    int mixed = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    seen[n].pid = getpid();
    for (int i = 0; i != turns; i++) {
        seen[n].version = answer(&mixed);
        seen[n].mixed += mixed;
        usleep(workers > 50 ? 20000 : 1000);
    }
    _exit(0);
}

static void start(int n, int turns)
{
    if (fork() == 0)
        work(n, turns);
}

/* Holds one worker inside a function that is replaced. */
static void start_holder(void)
{
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        hold();
        _exit(0);
    }
}

static void tell(void)
{
    int least = 99, most = 0, mixed = 0;
    int own = answer(&mixed);
    usleep(workers > 50 ? 100000 : 20000);
    for (int n = 0; n < workers; n++) {
        least = seen[n].version < least ? seen[n].version : least;
        most = seen[n].version > most ? seen[n].version : most;
    }
    for (int n = 0; n < MOST; n++)
        mixed += seen[n].mixed;
    printf("own %d workers %d to %d mixed %d\n", own, least, most, mixed);
}

int main(int argc, char **argv)
{
    struct pollfd in = {.fd = 0, .events = POLLIN};
    char line[80];

    workers = argc > 1 ? atoi(argv[1]) : 4;
    seen = mmap(NULL, MOST * sizeof(*seen) + sizeof(int), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    births = (int *)(seen + MOST);
    if (seen == MAP_FAILED || pipe(ends))
        return 3;
    setvbuf(stdout, NULL, _IONBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0);
    for (int n = 0; n < workers; n++)
        start(n, -1);
    for (int born = 0;; born++) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if (*births)
            start(workers + born % 8, 20);
        if (poll(&in, 1, *births ? 5 : -1) <= 0)
            continue;
        if (!fgets(line, sizeof(line), stdin))
            return 0;
        if (line[0] == 'b')
            *births = !*births;
        if (line[0] == 'h')
            start_holder();
        if (line[0] == 'r')
            (void)!write(ends[1], "x", 1);
        tell();
    }
}
C
compile prefork prefork.c
start prefork ./prefork 4
master=$pid
change prefork.c 's/return 1;/return 2;/; s/mine = 1;/mine = 2;/'
revector build --for ./prefork -o fix.rvp fix/prefork.c >/dev/null 2>&1 || fail "cannot build"

ask prefork v
expect "own 1 workers 1 to 1 mixed 0" "$answer" "before"

for kind in thread call process; do
    works revector apply prefork fix.rvp --consistency $kind
    expect_has "$output" "in force     5" "how many"
    ask prefork v
    expect "own 2 workers 2 to 2 mixed 0" "$answer" "after an update per $kind"
    works revector revert prefork --all --consistency $kind
    ask prefork v
    expect "own 1 workers 1 to 1 mixed 0" "$answer" "after the revert per $kind"
done

# one process that cannot: none does, and it is named
ask prefork h
refused 1 "1 of 6: process" revector apply prefork fix.rvp --timeout 2s
expect_has "$(cat err.refused)" "is inside hold" "why"
ask prefork v
expect "own 1 workers 1 to 1 mixed 0" "$answer" "after an update that one process could not take"
revector apply prefork fix.rvp --timeout 2s --json >members.json 2>/dev/null && fail "it was taken"
expect 1 "$(grep -o '"state": "refused"' members.json | wc -l)" "how many refused ($(cat members.json))"
expect 5 "$(grep -c '"state": "undone"' members.json)" "how many were undone ($(cat members.json))"
expect_has "$(cat members.json)" '"reason": "process ' "why they were undone"
expect_has "$(revector history "$master")" "not all processes of the program" "what the others say"

# while all are ready nobody commits: whoever asks is killed, and all go back
revector apply prefork fix.rvp --timeout 60s >apply.out 2>&1 &
client=$!
until_status "$master" "state        moved" # while one is not ready
ask prefork v
kill -9 $client
wait $client 2>/dev/null
eventually "all go back when the command is killed" \
    answers prefork v "own 1 workers 1 to 1 mixed 0"
ask prefork r
works revector apply prefork fix.rvp
works revector revert prefork --all

# some that are started meanwhile cannot, and all others have it already: they go back, though it
# has taken so long to find out that their agents have closed the connection
ask prefork h
revector apply prefork fix.rvp --timeout 60s >apply.out 2>&1 &
client=$!
until_status "$master" "state        moved"
mkfifo newcomers.in
newcomers=
for _ in 1 2 3; do
    REVECTOR=off ./prefork 0 <newcomers.in >/dev/null &
    newcomers="$newcomers $!"
done
started="$started $newcomers"
exec {newcomers_to}>newcomers.in
ask prefork r
wait $client && fail "the newcomers have no agent: $(cat apply.out)"
expect_has "$(cat apply.out)" "3 of 8: process" "who could not"
expect_has "$(cat apply.out)" "the process has no agent" "why"
ask prefork v
expect "own 1 workers 1 to 1 mixed 0" "$answer" "after an update that newcomers could not take"
for child in $newcomers; do
    kill -9 "$child"
    wait "$child" 2>/dev/null
done
exec {newcomers_to}>&-

# killed before any of its packets: among the COMMITs some have heard it and some have not, and
# then the next apply brings all to the new side, the next revert all to the old
clang-19 "$here/die_at.c" -o die_at || fail "cannot compile die_at.c"
settled() {
    for child in $(pgrep -x prefork); do
        revector status "$child" | grep -qE 'moving|moved|returning' && return 1
    done
    return 0
}
new_ones() {
    for child in $(pgrep -x prefork); do
        revector status "$child" | grep 'state  *committed'
    done | wc -l
}
eventually "the one that was held has ended" test "$(pgrep -cx prefork)" = 5
next=apply
tried=
for n in $(seq 5 60); do
    ./die_at -s "$n" revector apply prefork fix.rvp >/dev/null 2>&1
    [ $? = 9 ] || break
    eventually "nobody is under way, killed at packet $n" settled
    count=$(new_ones)
    case $count in
    [1-4])
        tried="$tried $next"
        [ $next = revert ] || works revector apply prefork fix.rvp
        [ $next = revert ] || expect 5 "$(new_ones)" "processes with it after another apply, of $count"
        [ $next = revert ] && next=apply || next=revert
        ;;
    esac
    works revector revert prefork --all
    expect 0 "$(new_ones)" "processes with it after a revert, of $count"
    ask prefork v
    expect "own 1 workers 1 to 1 mixed 0" "$answer" "killed at packet $n, and reverted"
done
expect_has "$tried" "apply revert" "commands that were killed among their COMMITs"

# processes that are born meanwhile
ask prefork b
for _ in $(seq 5); do
    works revector apply prefork fix.rvp
    ask prefork v
    expect "own 2 workers 2 to 2 mixed 0" "$answer" "after an update with births"
    works revector apply prefork fix.rvp --json # all have it, and whoever is born has it from them
    expect "" "$(grep -o 'as before\|undone' <<<"$output")" "who has not got it ($output)"
    for child in $(pgrep -x prefork); do
        state=$(revector status "$child" 2>/dev/null) || continue
        expect_has "$state" "committed" "process $child"
    done
    works revector revert prefork --all
    ask prefork v
    expect "own 1 workers 1 to 1 mixed 0" "$answer" "after a revert with births"
done
ask prefork b

# a process of another build
sed -i 's/answer(int \*mixed)/answer(int *mixed) \/* *\//; s/return mine;/return mine + 0 * (int)sizeof(line_of);/; 1i static char line_of[7];' prefork.c
mkdir other && cp prefork.c other/ && (cd other && compile prefork prefork.c) && start stranger ./other/prefork 1
refused 1 "made for another build" revector apply prefork fix.rvp
ask prefork v
expect "own 1 workers 1 to 1 mixed 0" "$answer" "when one is of another build"
kill -9 "$pid"

# many; under a name that no other test's program has, since tests run side by side
kill -9 "$master"
cp prefork.c throng.c && cp prefork throng
start throng ./throng 500
works revector apply throng fix.rvp
expect_has "$output" "in force     501" "of 501 processes"
ask throng v
expect "own 2 workers 2 to 2 mixed 0" "$answer" "in 501 processes"
echo "families of 5 to 501 processes: all or none"
