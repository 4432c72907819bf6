#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# scarce.sh - no memory, no descriptors, no space on the disk, and a command that is
# killed at any of its system calls: one sentence, half of nothing, and the next
# apply works.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

command -v prlimit >/dev/null || skip "no prlimit to make things scarce with"
cp "$here"/prog.c "$here"/prog.h "$here"/other.c .
compile prog prog.c other.c
change prog.c 's/return x;/return x + 1000;/'
revector build --for ./prog -o fix.rvp fix/prog.c >/dev/null 2>&1 || fail "cannot build"
REVECTOR_LOG=$work/log start prog ./prog

# What is loaded still can be loaded once more as a copy only, for which there may be no room.
unloaded() {
    eventually "the code is unloaded" maps_lack "$pid" 'fix\.rvp|revector-patch'
}

# whole WHAT: applied or not, but nothing between; then all works.
whole() {
    ask prog "new 5"
    [ "$answer" = 5 ] || [ "$answer" = 1005 ] || fail "half an update, $1: $answer"
    eventually "nobody moves, $1" status_lacks "$pid" moving
    eventually "nobody returns, $1" status_lacks "$pid" returning
    works revector revert "$pid" --all
    unloaded
    works revector apply "$pid" fix.rvp
    ask prog "new 5"
    expect 1005 "$answer" "the next update, $1"
    works revector revert "$pid" --all
    ask prog "new 5"
    expect 5 "$answer" "its revert, $1"
    unloaded
}

# scarcely WHAT: an apply works, or is refused in one sentence and has changed nothing.
scarcely() {
    ask prog "new 5"
    expect 5 "$answer" "before, $1"
    timeout 20 revector apply "$pid" fix.rvp --timeout 1s >out 2>err
    status=$?
    case $status in
    0) wanted=1005 ;;
    1) wanted=5 ;;
    *) fail "exit status $status, $1: $(cat err)" ;;
    esac
    [ $status = 0 ] || one_sentence "$1"
    ask prog "new 5"
    expect $wanted "$answer" "after '$(cat err)', $1"
    refusals="$refusals $status"
}

memory_of_the_process() {
    local size
    refusals=
    works revector apply "$pid" fix.rvp
    works revector revert "$pid" --all
    for kilobytes in 0 8 16 32 64 128 256 100000; do
        size=$(sed -n 's/^VmSize: *\([0-9]*\).*/\1/p' "/proc/$pid/status")
        prlimit --pid "$pid" --as=$(((size + kilobytes) * 1024)):unlimited
        scarcely "$kilobytes kB left"
        prlimit --pid "$pid" --as=unlimited
        whole "after $kilobytes kB"
    done
    expect_has "$refusals" "1" "too little memory"
    expect_has "$refusals" "0" "enough memory"
}

# Its own and the agent's, which has a table of its own.
descriptors_of_the_process() {
    local before after
    refusals=
    for count in 1 3 4 5 6 7 8 12; do
        prlimit --pid "$pid" --nofile=$count:1024
        before=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
        scarcely "$count descriptors"
        after=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
        [ $((after - before)) -lt 50 ] || fail "with $count descriptors the agent used $((after - before)) ticks"
        prlimit --pid "$pid" --nofile=1024:1024
        whole "after $count descriptors"
    done
    prlimit --pid "$pid" --nofile=1:1024
    refused 1 "its limit of open files (ulimit -n) is 1" revector status "$pid"
    prlimit --pid "$pid" --nofile=1024:1024
    expect_has "$refusals" "1" "too few descriptors"
    expect_has "$refusals" "0" "enough descriptors"
}

the_log_on_a_full_disk() {
    before=$(grep -c committed log)
    prlimit --pid "$pid" --fsize=0:unlimited
    whole "on a full disk"
    prlimit --pid "$pid" --fsize=unlimited
    works revector apply "$pid" fix.rvp
    works revector revert "$pid" --all
    lines=$(($(grep -c committed log) - before))
    [ $lines -ge 2 ] || fail "what happened while the disk was full is not in the log: $(cat log)"
}

# The command's own files. SIGXFSZ would kill it before it can say anything.
output_on_a_full_disk() {
    (
        trap '' XFSZ
        ulimit -f 0
        revector build --for ./prog -o full.rvp fix/prog.c 2>&1 | cat >"$work/build.out"
        exit "${PIPESTATUS[0]}"
    ) && fail "built on a full disk"
    [ -e full.rvp ] && fail "half a patch was left behind"
    return 0
}

descriptors_of_the_command() {
    for count in 3 4 5 6 8; do
        (ulimit -n $count && exec revector apply "$pid" fix.rvp) >out 2>err && works revector revert "$pid" --all
        grep -qiE 'assert|segm' err && fail "with $count descriptors: $(cat err)"
        whole "the command with $count descriptors"
    done
}

killed_at_every_step() {
    local n=0 steps=0 stride=1
    clang-19 "$here/die_at.c" -o die_at || fail "cannot compile die_at.c"
    while
        timeout 20 ./die_at $n revector apply "$pid" fix.rvp >out 2>err
        [ $? = 9 ]
    do
        ask prog "new 5"
        [ "$answer" = 5 ] || [ "$answer" = 1005 ] || fail "half an update, killed at call $n: $answer"
        works revector revert "$pid" --all
        n=$((n + stride)) steps=$((steps + 1))
    done
    [ $steps -gt 10 ] || fail "only $steps steps: $(cat err)"
    whole "after $steps deaths"
    echo "$steps deaths"
}

memory_of_the_process
descriptors_of_the_process
the_log_on_a_full_disk
output_on_a_full_disk
descriptors_of_the_command
killed_at_every_step
echo "whatever was scarce, and wherever it died: whole, and the next apply works"
