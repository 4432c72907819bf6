#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# crashes.sh - new code that crashes on probation is taken back, by name; old code's crashes
# and signals from outside are the program's own business.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

ulimit -c 0
cp "$here/crash.c" .
compile prog -pthread crash.c
change crash.c 's/if (how == 9)/if (how == 99)/;s/return base + how \* 0;/if (how == 6) *(volatile int *)(long)base = 6; return base + 1 + trouble(how);/
s/return depth;/volatile char room[4096]; room[0] = 0; return down(depth + 1) + room[0];/
s/^static void escape/__attribute__((noinline)) static int trouble(int how)\
{\
    if (how == 1) *(volatile int *)(long)base = 1;\
    if (how == 2) abort();\
    if (how == 3) ((void (*)(void))(long)base)();\
    if (how == 4) return down(how);\
    if (how == 5) crash((volatile int *)(long)base);\
    return 0;\
}\
&/;s/^int base;/&\
static int trouble(int how);/'
revector build --for ./prog -o fix.rvp fix/crash.c >/dev/null 2>&1 || fail "cannot build"
mkdir updates

# fresh ARGUMENTS...: a new process, $prog; what it says on stderr is in $said.
count=0
fresh() {
    count=$((count + 1))
    me=p$count said=p$count.err
    mkfifo "$me.in" "$me.out"
    ./prog "$@" <"$me.in" >"$me.out" 2>"$said" &
    prog=$!
    started="$started $prog"
    exec {to}>"$me.in" {from}<"$me.out"
    eval "${me}_to=$to ${me}_from=$from"
    wait_for_agent "$prog"
}

# answered LINE PART: it answers this line, with that in it.
answered() {
    ask "$me" "$1"
    expect_has "$answer" "$2" "the answer to '$1'"
}

# calls OLD NEW: it comes to this: 0 or + of each in a tenth of a second.
calls() {
    eventually "calls of old and new code: $1 and $2" calls_are "$@"
}

calls_are() {
    ask "$me" calls
    sleep 0.1
    ask "$me" calls
    read -r _ old new _ <<<"$answer"
    case $1$old in 00 | +[1-9]*) ;; *) return 1 ;; esac
    case $2$new in 00 | +[1-9]*) ;; *) return 1 ;; esac
}

# dies STATUS: it ends, with this exit status; 139 is SIGSEGV, 134 SIGABRT.
dies() {
    wait "$prog" 2>/dev/null
    expect "$1" $? "exit status ($(cat "$said"))"
}

# said_once PART...: one line of ours on stderr, which has each of these.
said_once() {
    expect 1 "$(grep -c '^revector: ' "$said")" "lines of ours in: $(cat "$said")"
    for part; do
        expect_has "$(grep '^revector: ' "$said")" "$part" "what is said of a crash"
    done
}

said_nothing() {
    expect "" "$(grep '^revector: ' "$said")" "what is said of what is not ours"
}

# crash HOW: the next call does that; the program has no time to answer.
crash() {
    eval "printf 'arm $1\n' >&\$${me}_to"
}

apply() {
    works revector apply "$prog" fix.rvp "$@"
}

# a program that survives: all others run old code, and from then on nothing of the new
fresh
answered mine mine
apply
calls 0 +
works revector status "$prog"
expect_has "$output" "on probation for" "status on probation"
answered after mine
answered "arm 1" armed
calls + 0
said_once "SIGSEGV " "new code of update 1 (fix.rvp), which is taken back" "cannot be saved"
answered calls "caught 1"
works revector history "$prog"
expect_has "$output" "the crash guard" "who reverted it"
expect_has "$output" "crashed: SIGSEGV " "why it was reverted"
works revector status "$prog"
expect_has "$output" "SIGSEGV below work" "the agent's log"
answered after mine

# the same patch again, crashing at a bad call, and in old code that it calls
apply
calls 0 +
answered "arm 3" armed
calls + 0
apply
calls 0 +
answered "arm 5" armed
calls + 0
expect_has "$(cat "$said")" "SIGSEGV below " "a crash in what new code calls"
answered calls "caught 3"

# old code crashes on probation: the program's business, and the update stays
apply
answered old alive
calls 0 +
answered calls "caught 4"
expect 3 "$(grep -c '^revector: ' "$said")" "lines of ours after a crash of old code"

# sent from outside: no crash, whoever runs new code
kill -SEGV "$prog"
sleep 0.2
calls 0 +
expect 3 "$(grep -c '^revector: ' "$said")" "lines of ours after a signal from outside"
survivor=$prog

# a handler that the program sets while one of ours stands before it
fresh
apply
answered after default
answered mine mine
answered after mine
answered "arm 1" armed
calls + 0
said_once "SIGSEGV below work"
answered calls "caught 1"
answered after mine

# before all threads have come to it: given up, whatever the time limit
fresh
answered mine mine
answered "arm 9" armed
revector apply "$prog" fix.rvp --timeout 60s >apply.out 2>&1 &
client=$!
until_status "$prog" moving # a thread sleeps in the old function
answered "arm 1" armed
wait $client && fail "an update that crashed came into force"
expect_has "$(cat apply.out)" "crashed while it was on probation" "what apply says"
said_once "SIGSEGV below work"
calls + 0
works revector history "$prog"
expect_has "$output" "aborted" "history of an update that crashed under way"

# a child of fork is on probation as its parent is
fresh
apply
ask "$me" fork
started="$started $answer"
child=$answer
wait_for_agent "$child"
crash 1
is_dead() {
    grep -q '^State:.*Z' "/proc/$child/status"
}
eventually "the child has crashed" is_dead
said_once "update 1"
works revector status "$prog"
expect_has "$output" "committed" "the parent of a child that crashed"

# by default it dies, by the same signal, and one line says by what
fresh
apply
crash 1
dies 139
said_once "SIGSEGV below work" "update 1 (fix.rvp)"

fresh
apply
crash 6
dies 139
said_once "SIGSEGV in work+0x"

fresh
apply
crash 2
dies 134
said_once "SIGABRT below work"

fresh
apply
crash 3
dies 139
said_once "SIGSEGV below fix.rvp"

fresh
apply
kill -SEGV "$prog"
dies 139
said_nothing

fresh
apply
eval "echo old >&\$${me}_to"
dies 139
said_nothing

# a stack that overflows: with an alternate one it is seen
fresh alternate
apply
crash 4
dies 139
said_once "SIGSEGV in down"
fresh
apply
crash 4
dies 139
said_nothing

# probation is over, or was not wanted: nothing of ours is in the way
fresh
apply --probation 200ms
eventually "probation is over" status_lacks "$prog" "on probation"
answered after default
expect_not_ours() {
    crash 1
    dies 139
    said_nothing
}
expect_not_ours
fresh
apply --probation 0
answered after default
expect_not_ours

# until it is confirmed
fresh
apply --confirm 1min --probation 1ms
sleep 0.1
crash 1
dies 139
said_once "update 1"
fresh
apply --confirm 1min
works revector confirm "$prog"
expect_not_ours

# the program's log
export REVECTOR_LOG=$work/log
fresh
apply
crash 1
dies 139
unset REVECTOR_LOG
expect_has "$(cat log)" "SIGSEGV below work" "the agent's log file"

# a crash loop: the next start does not take it again, and history says why
export REVECTOR_UPDATES=$work/updates
fresh
apply
expect 1 "$(find updates -name '*.rvp' | wc -l)" "patches kept"
crash 1
dies 139
said_once "the next start leaves it out"
expect 0 "$(find updates -name '*.rvp' | wc -l)" "patches kept after the crash"
fresh
calls + 0
works revector history "$prog"
expect_has "$output" "skipped" "history of the next start"
expect_has "$output" "SIGSEGV below work" "why it is skipped"
said_once "crashed while it was on probation" "SIGSEGV below work"

# it can be applied again by hand, which says that it has crashed; a restart has it; and that may
# crash as well
apply --dry-run
expect_has "$output" "this patch has crashed before: $work/updates/" "a dry run of what has crashed"
apply
expect_has "$output" "this patch has crashed before: $work/updates/" "apply of what has crashed"
expect_has "$output" ".rvp.crashed.txt tells how" "where to read of the crash"
expect 1 "$(find updates -name '*.rvp' | wc -l)" "patches kept when applied again"
kill -9 "$prog"
fresh
calls 0 +
crash 1
dies 139
fresh
calls + 0
find updates -name '*.crashed*' -delete
fresh
said_nothing

# what has no new code on its stack is laid at nobody's door, until it is too much of a chance
nobody_is_suspected() {
    [ -z "$(find updates -name '*.rvp.crashed.txt')" ]
}
fresh
apply --probation 10min
for nth in first second; do
    eval "echo old >&\$${me}_to"
    dies 139
    said_once "SIGSEGV while update 1 (" ") was on probation, with none of its code on the stack; it stays"
    fresh
    calls 0 + # the $nth crash
done
works revector revert "$prog" 1
eventually "there is no report when somebody has taken it out" nobody_is_suspected
apply --probation 10min
for nth in first second third; do
    eval "echo old >&\$${me}_to"
    dies 139
    [ $nth = third ] || fresh
done
said_once "was on probation, the third in a row; the next start leaves it out"
fresh
calls + 0
said_once "crashed while it was on probation" "three crashes in a row"
find updates -name '*.crashed*' -delete
kill -9 "$prog"
fresh
said_nothing

# without probation or with a short one, the next start has it on probation all the same: what
# crashes one start must not crash the one after it
for term in 0 1ms; do
    apply --probation $term
    expect "" "$(printf '%s' "$output" | grep 'crashed before')" "a note of no crash"
    expect 1 "$(find updates -name "00000001-fix.probation-${term%ms}ms.rvp" | wc -l)" "a patch kept with its terms"
    eventually "its probation is over" status_lacks "$prog" "on probation"
    expect_not_ours
    expect 1 "$(find updates -name '*.rvp' | wc -l)" "patches kept after a crash without probation"
    fresh
    calls 0 +
    expect_has "$(revector status "$prog")" "on probation for" "a start's update after --probation $term"
    crash 1
    dies 139
    said_once "SIGSEGV below work" "the next start leaves it out"
    fresh
    calls + 0
    find updates -type f -delete
    kill -9 "$prog"
    fresh
done
apply --probation 1min
kill -9 "$prog"
fresh
calls 0 +
works revector status "$prog" --json
left=$(printf '%s' "$output" | sed -n 's/.*"on_probation_for_ns": \([0-9]*\).*/\1/p')
[ "${left:-0}" -gt 30000000000 ] || fail "the next start has a probation of '$left' ns"
works revector revert "$prog" --all
expect "" "$(find updates -type f)" "files that are left"
refused 2 "--probation soon" revector apply "$prog" fix.rvp --probation soon
kill -9 "$survivor"
echo "crashes: taken back by name, and what is not ours is left alone"
