#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# stopped.sh - a process that somebody has stopped (kill -STOP, a terminal, a debugger): every
# command says so soon, what was asked is not done later, and a family is not kept waiting.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >workers.c <<'C'
#include <stdio.h>
#include <sys/prctl.h>
#include <signal.h>
#include <unistd.h>

static volatile int one = 1;

__attribute__((noinline)) int answer(int x)
{
    return x + one;
}

int main(void)
{
    char line[16];

    setvbuf(stdout, NULL, _IONBF, 0);
    for (int n = 0; n < 3; n++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;; usleep(1000))
                answer(n);
        }
    while (fgets(line, sizeof(line), stdin))
        printf("%d\n", answer(0));
}
C
compile workers workers.c
change workers.c 's/x + one/x + 2 * one/'
revector build --for ./workers -o fix.rvp fix/workers.c >/dev/null 2>&1 || fail "cannot build"
start workers ./workers
read -r member rest <"/proc/$pid/task/$pid/children"
set -- $rest
other=$1
for process in "$member" "$@"; do
    wait_for_agent "$process"
done

# quickly MS WHAT: since `began`
quickly() {
    local took=$(((${EPOCHREALTIME/./} - began) / 1000))
    [ $took -le "$1" ] || fail "$2 took $took ms"
}
is_stopped() {
    grep -q '^State:.T' "/proc/$1/status"
}

kill -STOP "$member"
eventually "the member is stopped" is_stopped "$member"
began=${EPOCHREALTIME/./}
refused 1 "the process is stopped" revector status "$member"
quickly 3000 "status of a stopped process"
began=${EPOCHREALTIME/./}
refused 1 "what was asked is not done when it goes on" revector apply "$member" fix.rvp --timeout 1s
quickly 3000 "apply to a stopped process"

began=${EPOCHREALTIME/./}
refused 1 "1 of 4: process $member: the process is stopped" \
    revector apply workers fix.rvp --timeout 2s
quickly 4000 "apply to a family with a stopped member"
expect_has "$(revector history "$other")" "not all processes of the program could take the update" \
    "what the others say"
case $(revector history "$other") in
*"could move in time"*) fail "the others blame their threads" ;;
esac

kill -CONT "$member"
eventually "it answers again" has_agent "$member"
status_lacks "$member" committed || fail "the stopped process took the update when it went on"
works revector apply workers fix.rvp
expect_has "$output" "in force     4" "how many"

# Stopped in the middle of it: by a debugger, by the kernel's whim; here by the patch itself.
mkdir -p asleep
cat fix/workers.c - >asleep/workers.c <<'C'
#include <revector/patch.h>
REVECTOR_PRE_APPLY static int stop(struct rv_hook *hook)
{
    (void)hook;
    raise(SIGSTOP);
    return 0;
}
C
works revector revert workers --all
for consistency in thread call process; do
    works revector build --for ./workers -o asleep.rvp asleep/workers.c
    refused 1 "what was asked is not done when it goes on" \
        revector apply "$member" asleep.rvp --consistency $consistency
    kill -CONT "$member"
    eventually "it answers again" has_agent "$member"
    eventually "it has done nothing (--consistency $consistency)" status_has "$member" "no updates"
done
expect_has "$(revector history "$member")" "whoever asked" "what the process says of that"
echo "a stopped process: named within a second, and nothing is done behind anybody's back"
