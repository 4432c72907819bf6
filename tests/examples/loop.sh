#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# loop.sh BUILD - the workers' loops, which never end, take their next turn in new code.
here=$(dirname "$0")
. "$here/lib.sh"
build=$1
revector=$build/bin/revector
sources=$here/../../examples/kvserver

start_server "$build/bin/kvserver" --threads 2
cp "$sources"/*.h "$work"
# Of each event that a turn finds, the new loop says so.
sed 's|^            turn(worker, connection);|            dprintf(2, "new turn\\n");\n&|; s|#include <unistd.h>|&\n#include <stdio.h>|' \
    "$sources/worker.c" >"$work/worker.c"
"$revector" build --for "$build/bin/kvserver" -o "$work/fix.rvp" "$work/worker.c" 2>"$work/build.err" ||
    die "no patch: $(cat "$work/build.err")"
[ ! -s "$work/build.err" ] || die "build says: $(cat "$work/build.err")"
connect 4
connect 5 # the other worker's
turns() {
    for fd in 4 4 5 5; do
        ask $fd PING
    done
    grep -c 'new turn' "$work/server.err" || true
}
[ "$(turns)" = 0 ] || die "new turns before the update"
"$revector" apply "$server" "$work/fix.rvp" --consistency call >"$work/apply.out" || die "not applied"
[ "$(grep -o 'serve.loop (thread' "$work/apply.out" | wc -l)" = 2 ] ||
    die "the old turns of two workers are not named: $(cat "$work/apply.out")"
[ "$(turns)" = 2 ] || die "expected two new turns behind the two that had begun"
"$revector" revert "$server" --all --consistency call >/dev/null || die "not reverted"
[ "$(turns)" = 4 ] || die "expected the two turns that had begun, and no others"
: >"$work/server.err"
stop_server
