#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# keepers.sh - reverted code stays loaded while a thread is in it; status says
# who that is; then it is unloaded. And a process that does not answer.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >nap.c <<'C'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static volatile int naps;
__attribute__((noinline)) void nap(void)
{
    naps++;
    usleep(10000);
    naps++;
}
static void *sleeper(void *unused)
{
    for (;;)
        nap();
    return unused;
}
int main(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, sleeper, NULL);
    pthread_setname_np(thread, "sleepyhead");
    for (;;)
        pause();
}
C
compile nap nap.c
start nap ./nap
# Nothing but calls of one depth: what deeper ones leave on the stack may look like the code.
change nap.c 's/usleep(10000)/char c; (void)!write(2, "new", 3); (void)!read(0, \&c, 1)/'
works revector patch "$pid" fix/nap.c
eventually "the thread is in new code" test -s nap.err
works revector revert "$pid" 1 --consistency call
until_status "$pid" "code: thread" # which keeps it
works revector status "$pid"
expect_has "$output" "reverted" "state of the update"
expect_has "$output" "(sleepyhead)" "the thread's name"
grep -q '\.rvp' "/proc/$pid/maps" || fail "the code was unloaded under a thread"
# shellcheck disable=SC2154 # start sets it
echo >&"$nap_to"
eventually "the code is unloaded" maps_lack "$pid" '\.rvp'
kill -0 "$pid" 2>/dev/null || fail "the program has died"
# the update is forgotten a moment after its code has gone
until_status "$pid" "no updates"

# a stopped process does not answer; what it was asked then is not done later
change nap.c 's/usleep(10000)/usleep(20000)/'
revector build --for ./nap -o fix.rvp fix/nap.c >/dev/null 2>&1 || fail "cannot build"
kill -STOP "$pid"
refused 1 "the process is stopped (by SIGSTOP" revector apply "$pid" fix.rvp --timeout 1s
kill -CONT "$pid"
sleep 0.2
expect_has "$(revector status "$pid")" "no updates" "after an apply that was given up"

# One that dies while it is asked. A command that finds a process stopped waits for 0.3 seconds;
# on a busy machine the process may outlive that, and the command says what it saw.
# dies: the command was in time to see it.
dies() {
    kill -STOP "$pid"
    revector apply "$pid" fix.rvp >apply.out 2>&1 &
    client=$!
    eventually "the command waits for the process" waits
    kill -9 "$pid"
    wait $client
    expect 1 $? "exit status when the process dies"
    grep -q "the process closed the connection" apply.out
}
# waits: with a connection, and asleep; or it has ended. No programs to look: they take time.
waits() {
    local stat fd
    read -r stat 2>/dev/null <"/proc/$client/stat" || return 0
    for fd in "/proc/$client/fd"/*; do
        [ -S "$fd" ] && [[ $stat == *') S '* ]] && return
    done
    [[ $stat == *') Z '* ]]
}
for attempt in 1 2 3 4 5 6; do
    dies && break
    expect_has "$(cat apply.out)" "the process is stopped" "the sentence then"
    [ $attempt != 6 ] || skip "the machine is too busy to kill a process in 0.3 seconds"
    start "nap$attempt" ./nap
done
echo "kept while in use, named, unloaded; no answer, no update"
