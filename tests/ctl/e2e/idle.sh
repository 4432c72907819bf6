#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# idle.sh - an idle program costs nothing: its agent is not scheduled once, also
# after updates came and went and their garbage is gone. It has a network of its own, in
# which no `revector` of the machine finds it, to ask it something and so to wake it.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

if [ -z "${IDLE_ALONE-}" ]; then
    for alone in "unshare --net" "unshare --user --map-root-user --net"; do
        $alone true 2>/dev/null || continue
        IDLE_ALONE=1 $alone bash "$here/idle.sh" "$build"
        exit
    done
    skip "no network namespaces here"
fi

cp "$here"/prog.c "$here"/prog.h "$here"/other.c .
compile idler prog.c other.c
start prog ./idler
change prog.c 's/return x;/return x + 1000;/'

# switches: how often the agent's thread has been scheduled
switches() {
    for agent in "/proc/$pid/task"/*; do
        agent=${agent##*/}
        [ "$agent" = "$pid" ] || break
    done
    expect revector "$(cat "/proc/$pid/task/$agent/comm")" "name of the agent's thread"
    sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$pid/task/$agent/status"
}

# It has seen the last client leave.
rests() {
    before=$(switches)
    sleep 0.3
    [ "$before" = "$(switches)" ]
}

# rest WHAT: it is not scheduled in two seconds
rest() {
    eventually "$1: the agent comes to rest" rests
    before=$(switches)
    sleep 2
    expect "$before" "$(switches)" "times that an idle agent was scheduled in two seconds, $1"
}

rest "from the start"
works revector patch "$pid" fix/prog.c
ask prog "new 5"
works revector revert "$pid" --all
ask prog "new 5"
until_status "$pid" "no updates" # the code is unloaded
grep -q '\.rvp' "/proc/$pid/maps" && fail "the reverted patch is still mapped"
rest "after an update and its revert"
echo "idle: not scheduled once"
