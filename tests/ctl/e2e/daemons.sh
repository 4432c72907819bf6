#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# daemons.sh - the agent is there whatever the program does to itself, and it
# keeps nothing of the program's open.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cp "$here/daemon.c" .
compile daemon daemon.c
change daemon.c 's/return base;/return base + 1;/'

# field N: 32-bit number N of the daemon's shared file
field() {
    od -An -td4 -j $(($1 * 4)) -N 4 face | tr -d ' '
}

ticks() {
    [ -e face ] && [ "$(field 2)" -gt 0 ] 2>/dev/null
}

# shows NUMBER: its function's value, at its last turn
shows() {
    [ "$(field 1)" = "$1" ]
}

# launch STEPS: runs the daemon until it is where it wants to be; $pid is its last pid.
launch() {
    rm -rf face root
    mkfifo inherited
    exec 5<>inherited 6<inherited
    ./daemon face "$1" 7>inherited 5>&- 6<&- &
    started="$started $!"
    disown
    exec 5>&-
    # the daemon closes its end, if it closes; the agent must not have one
    case $1 in *c*) timeout 20 cat <&6 || fail "a pipe that the daemon '$1' has closed is still open" ;; esac
    exec 6<&-
    rm -f inherited
    eventually "the daemon '$1' works" ticks
    pid=$(field 0)
    started="$started $pid"
    wait_for_agent "$pid"
}

# update STEPS: before, applied, reverted.
update() {
    launch "$1"
    expect 1 "$(field 1)" "value before, daemon '$1'"
    works revector apply "$pid" fix.rvp
    eventually "the new value, daemon '$1'" shows 2
    case $1 in *c*) expect "" "$(ls "/proc/$pid/fd")" "descriptors of the daemon '$1'" ;; esac
    works revector revert "$pid" --all
    eventually "the old value after, daemon '$1'" shows 1
    kill -9 "$pid"
}

revector build --for ./daemon -o fix.rvp fix/daemon.c >/dev/null 2>&1 || fail "cannot build"
update d
update dc
[ "$(id -u)" = 0 ] || skip "chroot and setuid need root; the rest has passed"
chmod 711 "$work"
update r
update u
update dcru
echo "daemons: forked, closed, in another root, another user"
