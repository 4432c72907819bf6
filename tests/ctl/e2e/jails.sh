#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# jails.sh - where the kernel refuses the agent descriptors of its own, it says
# so and comes back even after the program has closed them; and where no page may
# become executable later, updates work as anywhere.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cp "$here/daemon.c" .
compile daemon daemon.c
clang-19 -O2 "$here/jail.c" -o jail 2>cc.err || fail "cannot compile: $(cat cc.err)"
change daemon.c 's/return base;/return base + 1;/'
revector build --for ./daemon -o fix.rvp fix/daemon.c >/dev/null 2>&1 || fail "cannot build"
./jail descriptors -- true || skip "no seccomp filters here"

ulimit -S -n 1024 # the daemon closes up to there

# shows NUMBER: its function's value, at its last turn
shows() {
    [ "$(od -An -td4 -j 4 -N 4 face 2>/dev/null | tr -d ' ')" = "$1" ]
}

# story JAIL STEPS
story() {
    rm -f face
    ./jail "$1" -- ./daemon face "$2" &
    pid=$!
    started="$started $pid"
    disown
    eventually "the daemon is through with its steps, $1, daemon '$2'" shows 1
    wait_for_agent "$pid"
    works revector apply "$pid" fix.rvp
    eventually "the new value, $1, daemon '$2'" shows 2
    works revector status "$pid"
    works revector revert "$pid" --all
    eventually "the old value after, $1, daemon '$2'" shows 1
}

story descriptors ""
expect_has "$output$(revector status "$pid")" "shares the program's descriptors" "what the agent says about it"
story descriptors c
story exec ""
story exec c
echo "in jails: without descriptors of its own, without new executable pages"
