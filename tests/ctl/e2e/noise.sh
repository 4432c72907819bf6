#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# noise.sh - garbage on the socket, silent clients, clients that die in the
# middle, and many at once: the agent answers the next one.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

command -v python3 >/dev/null || skip "no python3 to make noise with"
cp "$here"/prog.c "$here"/prog.h "$here"/other.c .
compile prog prog.c other.c
start prog ./prog
change prog.c 's/return x;/return x + 1000;/'
revector build --for ./prog -o fix.rvp fix/prog.c >/dev/null 2>&1 || fail "cannot build"

python3 "$here/noise.py" "$pid" || fail "noise.py: see above"
works revector status "$pid"

# two at once, again and again: each gets an answer, one of them a refusal at most
for _ in $(seq 20); do
    revector apply "$pid" fix.rvp >one.out 2>one.err &
    first=$!
    revector apply "$pid" fix.rvp >two.out 2>two.err
    second=$?
    wait $first
    expect 1 "$(($? + second))" "of two that apply one patch, one is refused ($(cat one.err two.err))"
    expect_has "$(cat one.err two.err)" "in force already" "the refusal"
    works revector revert "$pid" --all
done

# killed in the middle: applied or not, but whole, and the next one works
for delay in 0.000 0.001 0.002 0.003 0.005; do
    revector apply "$pid" fix.rvp >/dev/null 2>&1 &
    victim=$!
    sleep $delay
    kill -9 $victim 2>/dev/null
    wait $victim 2>/dev/null
    ask prog "new 5"
    [ "$answer" = 5 ] || [ "$answer" = 1005 ] || fail "half an update: $answer"
    works revector revert "$pid" --all
done
ask prog "new 5"
expect 5 "$answer" "after all that"
echo "noise, silence, deaths and crowds: the agent goes on"
