#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# pid1.sh - a process that is PID 1 of its own pid namespace, twice on one
# network namespace, so that both agents want one name.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

unshare --pid --fork --mount-proc true 2>/dev/null || skip "no pid namespaces here"
cp "$here/daemon.c" .
compile daemon daemon.c
change daemon.c 's/return base;/return base + 1;/'
revector build --for ./daemon -o fix.rvp fix/daemon.c >/dev/null 2>&1 || fail "cannot build"

is_init() {
    pid=$(cat "/proc/$unshare_pid/task/$unshare_pid/children" 2>/dev/null | tr -d ' ')
    [ -n "$pid" ] && [ -s "$1" ] && [ "$(od -An -td4 -N 4 "$1" | tr -d ' ')" = 1 ]
}

# init FACE: starts a daemon as PID 1 of a new namespace; $pid is its pid out here.
init() {
    unshare --pid --fork --kill-child --mount-proc ./daemon "$1" &
    unshare_pid=$!
    started="$started $unshare_pid"
    disown
    eventually "the daemon $1 is PID 1" is_init "$1"
    started="$started $pid"
    wait_for_agent "$pid"
}

# shows FACE NUMBER: its function's value, at its last turn
shows() {
    [ "$(od -An -td4 -j 4 -N 4 "$1" | tr -d ' ')" = "$2" ]
}

init one
one=$pid
init two
two=$pid
expect 2 "$(grep -c '@revector/1\(\.[0-9]*\)\?$' /proc/net/unix)" "agents of two processes that are PID 1"
works revector apply "$two" fix.rvp
eventually "the second is patched" shows two 2
eventually "the first, which nobody patched, is not" shows one 1
works revector apply "$one" fix.rvp
works revector revert "$two" --all
eventually "the first is patched" shows one 2
eventually "the second is reverted" shows two 1
kill -9 "$one" "$two"

# another network namespace as well: root goes there to ask
unshare --net true 2>/dev/null || { echo "PID 1, twice"; exit 0; }
unshare --net ./daemon three &
pid=$!
disown
started="$started $pid"
wait_for_agent "$pid"
works revector apply "$pid" fix.rvp
eventually "a process with a network of its own is patched" shows three 2
echo "PID 1, twice, and another network namespace"
