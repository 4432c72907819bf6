#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# failures.sh - each system call of the agent fails once while it applies, keeps, confirms and
# reverts: either it works all the same, or it is refused in one sentence and nothing has
# changed, neither in the process nor in the journal; and the next one works.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

clang-19 -I"$here/../../runtime" "$here/fail_at.c" -o fail_at || fail "cannot compile fail_at.c"
cp "$here"/prog.c "$here"/prog.h "$here"/other.c .
compile prog prog.c other.c
change prog.c 's/return x;/return x + 1000;/'
revector build --for ./prog -o fix.rvp fix/prog.c >/dev/null 2>&1 || fail "cannot build"
mkdir updates
export REVECTOR_UPDATES=$work/updates
export REVECTOR_SEARCH=off # that is slow, and runtime.faults has its failures
start prog ./prog
for task in /proc/"$pid"/task/*; do
    [ "$(cat "$task/comm")" = revector ] && agent=${task##*/}
done

mkfifo watched

# with_failure N COMMAND...: its exit status is $status, and $failed what has failed, if anything.
with_failure() {
    ./fail_at "$1" "$agent" >watched &
    watcher=$!
    exec {says}<watched
    read -r _ <&"$says" || fail "the agent cannot be watched"
    timeout 20 "${@:2}" >out 2>err
    status=$?
    kill $watcher
    wait $watcher
    failed=
    read -r failed <&"$says"
    exec {says}<&-
    [ "$failed" ]
}

kept() {
    find updates -name '*.rvp' | wc -l
}

is_kept() {
    [ "$(kept)" = "$is" ]
}

# A revert that has worked cannot be refused any more: it says what the journal still has.
says_what_to_do() {
    left=$(sed -n 's/.*the next start takes it again: remove it from \(.*\) (.*/\1/p' out)
    [ "$left" ]
}

# is_whole WANTED WHAT: the command has worked, or it is refused; $is: 1 or 0 updates in force.
is_whole() {
    ask prog "new 5"
    is=$((answer / 1000))
    expect $((5 + is * 1000)) "$answer" "what runs, $2"
    says_what_to_do && rm -f "$left"/*.rvp
    eventually "what is kept is what is in force ($is), $2" is_kept
    [ $status = 0 ] && expect "$1" $is "in force, $2"
    [ $status = 0 ] || one_sentence "$2"
    [ $status = 0 ] || refusals=$((refusals + 1))
}

# What is being unloaded would make calls of its own.
clean() {
    [ "$is" = 0 ] || works revector revert "$pid" --all
    expect 0 "$(kept)" "patches kept after a revert"
    eventually "the code is unloaded" status_has "$pid" "no updates"
}

an_apply() {
    while with_failure $((++calls)) revector apply "$pid" fix.rvp; do
        is_whole 1 "when call $calls of an apply fails ($failed)"
        [ $is = 1 ] || works revector apply "$pid" fix.rvp
        is=1
        clean
    done
    clean
}

# It is in the journal from the moment when it is confirmed.
a_confirm() {
    works revector apply "$pid" fix.rvp --confirm 10min
    while with_failure $((++calls)) revector confirm "$pid"; do
        ask prog "new 5"
        expect 1005 "$answer" "what runs, when call $calls of a confirm fails ($failed)"
        [ "$(kept)" = 1 ] || {
            expect 1 $status "exit status of what was not kept ($failed)"
            one_sentence "when call $calls of a confirm fails ($failed)"
            refusals=$((refusals + 1))
            # after fsync, 74: the name is taken back, and a nameless file gets one only once
            [ "$failed" = "call 74" ] || works revector confirm "$pid"
        }
        [ "$failed" = "call 74" ] || expect 1 "$(kept)" "patches kept after a confirm ($failed)"
        is=1
        clean
        works revector apply "$pid" fix.rvp --confirm 10min
    done
    clean
}

a_revert() {
    works revector apply "$pid" fix.rvp
    while with_failure $((++calls)) revector revert "$pid" --all; do
        is_whole 0 "when call $calls of a revert fails ($failed)"
        clean
        works revector apply "$pid" fix.rvp
    done
    is=0
    clean
}

for story in an_apply a_confirm a_revert; do
    calls=0 refusals=0
    $story
    [ $calls -gt 20 ] && [ $refusals -gt 0 ] || fail "$story: only $calls calls, $refusals refusals"
    echo "$story: $((calls - 1)) calls, $refusals refusals"
done
