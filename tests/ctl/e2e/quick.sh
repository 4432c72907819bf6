#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# quick.sh - what lies between a request and its effect: each process is asked once, and once more
# if it belongs to a family; processes are looked for once, and once more when it is in force; and
# what an update leaves behind is collected later.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

clang-19 -shared -fPIC "$here/asked.c" -o asked.so -ldl || fail "cannot compile asked.c"

cat >quick.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

__attribute__((noinline)) int version(void)
{
    volatile int mine = 1;
    return mine;
}

int main(int argc, char **argv)
{
    char line[16];

    setvbuf(stdout, NULL, _IONBF, 0);
    for (int n = argc > 1 ? atoi(argv[1]) : 0; n; n--)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                pause();
        }
    while (fgets(line, sizeof(line), stdin))
        printf("version %d\n", version());
}
C
compile quick quick.c
change quick.c 's/mine = 1/mine = 2/'
revector build --for ./quick -o fix.rvp fix/quick.c >/dev/null 2>build.err ||
    fail "cannot build: $(cat build.err)"

# asked COMMAND...: $asked is what it asked, and looked for; $output what it said.
asked() {
    rm -f asked.log
    works env LD_PRELOAD="$PWD/asked.so" ASKED="$PWD/asked.log" "$@"
    asked=$(uniq -c asked.log | sed 's/^ *1 //; s/^ *\([0-9]*\) /\1 x /' | paste -sd,)
}

# all_wait COUNT PID...: so many processes, and none runs, so that all can move at once; for
# `eventually`.
all_wait() {
    local count=$1 pid
    shift
    [ $# = "$count" ] || return 1
    for pid in "$@"; do
        grep -q '^State:.S' "/proc/$pid/status" || return 1
    done
}

# bunch_waits NAME COUNT
bunch_waits() {
    # shellcheck disable=SC2046 # a list of numbers
    all_wait "$2" $(pgrep -x "$1")
}

one_process_is_asked_once() {
    start one ./quick
    ask one x
    eventually "it waits" all_wait 1 "$pid"
    asked revector apply "$pid" fix.rvp
    expect "ask 5" "$asked" "questions to one process"
    ask one x
    expect "version 2" "$answer" "the program"
}

# APPLY with HOLD, COMMIT; the answers say how far each process is.
a_family_is_asked_twice() {
    local effect bunch=bunch$$ # processes of others may be called bunch
    ln quick "$bunch"
    start bunch "./$bunch" 2
    ask bunch x
    eventually "three processes wait" bunch_waits "$bunch" 3
    asked revector apply "$bunch" fix.rvp
    expect "look,3 x ask 5,3 x ask 34,look" "$asked" "questions to three processes"
    ask bunch x
    expect "version 2" "$answer" "the program"
    works revector revert "$bunch" --all
    eventually "three processes wait" bunch_waits "$bunch" 3
    # It is in force before somebody looks for processes that were born meanwhile.
    export LOOK_US=2000000
    asked revector apply "$bunch" fix.rvp --json
    unset LOOK_US
    effect=$(sed -n 's/.*"request_to_effect_ns": \([0-9]*\).*/\1/p' <<<"$output")
    [ "$effect" -lt 2000000000 ] || fail "the look afterwards counts: $effect ns"
    expect_has "$output" '"in_force": 3' "what apply says"
}

# none_is_held PID: of what updates have left behind; for `eventually`.
none_is_held() {
    case $(revector status "$1" --json) in *'"still_in_use": 0'*) ;; *) return 1 ;; esac
}

what_is_left_behind_is_collected_later() {
    start later ./quick
    ask later x
    eventually "it waits" all_wait 1 "$pid"
    works python3 "$here/quick.py" "$pid" "$PWD/fix.rvp"
    [ "$output" -gt 0 ] || fail "the second question waited until threads had been looked at"
    eventually "it is collected" none_is_held "$pid"
}

for test in one_process_is_asked_once a_family_is_asked_twice \
    what_is_left_behind_is_collected_later; do
    $test
done
echo "few questions between a request and its effect"
