#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# cancelled.sh - an update whose threads still move is given up when whoever asked for it has
# gone, and when somebody reverts it; --all says "reverted" when nothing is left to revert.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

held_program program '"%d %d\n", first(0), second(0)' <<'C'
static volatile int one = 1;

__attribute__((noinline)) int first(int x)
{
    return x + one;
}

__attribute__((noinline)) int second(int x)
{
    return x + one;
}
C
compile program program.c -pthread
change program.c '/int first/,/^}/s/x + one/x + 2 * one/'
revector build --for ./program -o first.rvp fix/program.c >/dev/null 2>&1 || fail "cannot build"
change program.c '/int second/,/^}/s/x + one/x + 2 * one/; s/int got = 1/int got = 1 + 0 * one/'
revector build --for ./program -o second.rvp fix/program.c >/dev/null 2>&1 || fail "cannot build"
start program ./program
ask program v
expect "1 1" "$answer" "before"
works revector apply "$pid" first.rvp

# begin CONSISTENCY: second.rvp moves, and cannot come into force before "r"
begin() {
    ask program h
    revector apply "$pid" second.rvp --timeout 60s --consistency "$1" >apply.out 2>err.apply &
    client=$!
    until_status "$pid" "state        moving"
}
over() {
    eventually "it is given up" status_lacks "$pid" "state        moving"
    eventually "all are back" status_lacks "$pid" "state        returning"
    ask program r
    ask program v
    expect "2 1" "$answer" "$1"
}

# whoever asked has gone
for signal in HUP TERM KILL; do # a shell lets its background ignore INT
    for kind in thread process; do
        begin $kind
        kill -$signal $client
        wait $client 2>/dev/null
        over "after $signal for an update per $kind"
        expect_has "$(revector history "$pid" | tail -12)" "whoever asked for the update has gone" \
            "its row after $signal"
    done
done

# somebody else takes it back
for kind in thread process; do
    begin $kind
    number=$(revector status "$pid" | awk '$1 == "update" { id = $2 } $2 == "moving" { print id }')
    works revector revert "$pid" "$number"
    expect_has "$output" "reverted     $number" "what revert says"
    wait $client && fail "the apply says that it has come"
    expect_has "$(cat err.apply)" "the update was taken back" "what apply says"
    over "after a revert of an update per $kind that was moving"
    expect_has "$(revector history "$pid")" "cancelled" "the row of the revert"
done

# all: the one that moves goes as well
begin thread
works revector revert "$pid" --all
wait $client && fail "the apply says that it has come"
expect_has "$(cat err.apply)" "the update was taken back" "what apply says to --all"
for state in moving returning committed; do
    status_lacks "$pid" "state        $state" || fail "something is $state after --all"
done
ask program r
ask program v
expect "1 1" "$answer" "after --all"

# a thread that has moved and sits in a new function: --all waits, and does not say "reverted"
works revector apply "$pid" first.rvp
begin thread
ask program h # in the new hold, beside the one in the old
refused 1 "is over when the last thread that had moved is back: thread" \
    revector revert "$pid" --all --timeout 500ms
expect_has "$(cat err.refused)" "is inside hold" "for whom"
grep -q reverted out.refused && fail "it says reverted of something: $(cat out.refused)"
ask program r
ask program r
wait $client && fail "the apply says that it has come"
works revector revert "$pid" --all
ask program v
expect "1 1" "$answer" "at the end"
echo "killed, reverted and reverted with all others while threads moved: given up each time"
