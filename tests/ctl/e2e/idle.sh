#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# idle.sh - an idle program costs nothing: its agent is not scheduled once, also
# after updates came and went and their garbage is gone.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cp "$here"/prog.c "$here"/prog.h "$here"/other.c .
compile prog prog.c other.c
start prog ./prog
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

sleep 0.3 # it still sees the last client leave
before=$(switches)
sleep 2
expect "$before" "$(switches)" "times that an idle agent was scheduled in two seconds"
works revector patch "$pid" fix/prog.c
ask prog "new 5"
works revector revert "$pid" --all
ask prog "new 5"
for _ in $(seq 100); do
    works revector status "$pid"
    case $output in *"no updates"*) break ;; esac
    sleep 0.1
done
expect_has "$output" "no updates" "status after a revert: the code is unloaded"
grep -q '\.rvp' "/proc/$pid/maps" && fail "the reverted patch is still mapped"
sleep 0.3
before=$(switches)
sleep 2
expect "$before" "$(switches)" "the same after an update and its revert"
echo "idle: not scheduled once"
