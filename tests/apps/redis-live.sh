#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A security fix goes on a Redis that is under load. Redis is built from
# Debian's source package with the fix of CVE-2024-51741 taken off; while
# redis-benchmark keeps 50 connections busy the fix is put on with `revector
# patch`, seen by a client, and reverted. No error reply, no lost connection,
# no other process, the data unchanged.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/redis-lib.sh"

FIX=0002-Fix-Read-Write-key-pattern-selector-CVE-2024-51741-1.patch
PORT=${PORT:-17379}

load='' server=''

cli() { "$redis_dir/src/redis-cli" -p "$PORT" "$@"; }

# The fixed server refuses a key pattern without '~'.
probe() { cli acl setuser probe % 2>&1; }
expect_bug() { probe | grep -qx OK || die "$1: expected the unfixed answer, got: $(probe)"; say "$1: bug seen"; }
expect_fix() { probe | grep -q 'Syntax error' || die "$1: expected the fixed answer, got: $(probe)"; say "$1: fix seen"; }

digest() { cli debug digest; }
load_clients() { cli client list | sed -n 's/^id=\([0-9]*\).*cmd=[gs]et .*/\1/p' | sort -n | tr '\n' ' '; }
answered() { cli info commandstats | sed -n 's/^cmdstat_[gs]et:calls=\([0-9]*\),.*/\1/p' | paste -sd+ - | bc; }

cleanup() {
    # shellcheck disable=SC2086 # a list
    kill $load $server 2>/dev/null || true
    wait 2>/dev/null || true
}

start_server() {
    work=$redis_dir/live
    rm -rf "$work"
    mkdir -p "$work"
    export XDG_STATE_HOME=$work # where revector keeps patches
    "$redis_dir/src/redis-server" --port "$PORT" --dir "$work" --save '' --enable-debug-command yes \
        --daemonize no >"$work/server.log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        cli ping 2>/dev/null | grep -q PONG && return
        sleep 0.1
    done
    die "redis-server did not start; see $work/server.log"
}

start_load() {
    # Every key set once to the value that the load sets again and again, so
    # that the data's digest must stay the same.
    "$redis_dir/src/redis-benchmark" -p "$PORT" -q -t set -r 100 -n 20000 >/dev/null
    for command in set get; do
        "$redis_dir/src/redis-benchmark" -p "$PORT" -q -c 25 -t $command -r 100 -n 2000000000 \
            >"$work/load.$command.log" 2>&1 &
        load+=" $!"
    done
    sleep 1
}

check_load() {
    for pid in $load; do
        kill -0 "$pid" 2>/dev/null || die "$1: the load stopped; see $work/load.*.log"
    done
    cat "$work"/load.*.log | tr '\r' '\n' | grep -iE 'error|closed|refused' >&2 && die "$1: the load saw an error"
    [ "$(load_clients)" = "$clients" ] || die "$1: connections changed"
    [ "$(digest)" = "$data" ] || die "$1: the data changed"
    now=$(answered)
    [ "$now" -gt "$count" ] || die "$1: no request was answered meanwhile"
    say "$1: $((now - count)) requests answered, same connections, same data"
    count=$now
}

redis_build redis-live "$FIX"
trap cleanup EXIT INT TERM
start_server
start_load
clients=$(load_clients)
data=$(digest)
count=$(answered)
[ "$(echo "$clients" | wc -w)" -ge 50 ] || die "expected 50 connections under load"

expect_bug before
"$REVECTOR" patch "$server" "$redis_src/src/acl.c" 2>"$work/patch.log" || die "$(cat "$work/patch.log")"
expect_fix patched
sleep 1
check_load patched
"$REVECTOR" revert "$server" --all || die "revert failed"
expect_bug reverted
sleep 1
check_load reverted
kill -0 "$server" || die "the server is gone"
say "ok: one process, $count requests, none failed"
