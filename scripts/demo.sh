#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# demo.sh - updates a loaded server over and over, and shows what its clients see.
#
# Installs what is missing, builds, starts examples/kvserver with four threads,
# and loads it from several connections that check every answer. Then one bug is
# fixed in the running process, unfixed, and the bill is presented: requests
# sent, failed, and their latency before, during and after.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$top/scripts/lib.sh"

usage='usage: scripts/demo.sh [OPTION]...
Live-patches a loaded key-value server and reports.

  --seconds N       how long each phase of the load lasts (3)
  --connections N   that load the server (8)
  --rate N          requests per second, all connections together (20000)
  --build DIR       use this build, and neither install nor build anything
  --help            show this'

seconds=3 connections=8 rate=20000 build=
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=${2:?$usage} && shift ;;
    --connections) connections=${2:?$usage} && shift ;;
    --rate) rate=${2:?$usage} && shift ;;
    --build) build=${2:?$usage} && shift ;;
    --help) say "$usage" && exit ;;
    *) printf '%s\n' "demo.sh: unknown option $1" "$usage" >&2 && exit 2 ;;
    esac
    shift
done

if [ -z "$build" ]; then
    stage "What this machine lacks"
    need_packages build
    stage "Build"
    build_preset release demo -DBUILD_TESTING=OFF -DREVECTOR_BENCH=OFF
    build=$top/build/release
fi
build=$(cd "$build" && pwd)
revector=$build/bin/revector
work=$(mktemp -d)
export XDG_STATE_HOME=$work # where revector keeps patches; this one goes with its server
server='' load=''

# On any exit: nothing of ours keeps running, nothing is left behind.
clean_up() {
    [ -z "$load" ] || kill "$load" 2>/dev/null || true
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Waits until a line of file $1 matches $2; 10 seconds at most.
await() {
    for ((i = 0; i < 200; i++)); do
        grep -q "$2" "$1" 2>/dev/null && return
        sleep 0.05
    done
    cat "$1" >&2
    die "waited in vain for \"$2\""
}

stage "A server under load"
cd "$top"
"$build/bin/kvserver" --port 0 --threads 4 >"$work/server.log" 2>&1 &
server=$!
await "$work/server.log" '^listening'
port=$(sed -n 's/^listening on .*://p' "$work/server.log")
say "kvserver, pid $server, has four threads and listens on port $port."
say "$connections connections send it $rate requests a second and check every answer."
mkfifo "$work/phases"
"$build/bin/kvload" --port "$port" --connections "$connections" --rate "$rate" \
    <"$work/phases" >"$work/load.log" 2>&1 &
load=$!
exec 3>"$work/phases" 4<>"/dev/tcp/127.0.0.1/$port"

# Begins a phase of the load; kvload prints a row of figures at its end.
phase() {
    echo "phase $1" >&3
}

# Sends a request on the one connection that this script keeps open, and shows the answer.
ask() {
    echo "$1" >&4
    IFS= read -r -t 5 answer <&4 || die "the server did not answer: $1"
    printf '    %-34s -> %s\n' "$1" "$answer"
}

# Adds 1 to the greatest number there is; the answer must match pattern $1.
ask_limit() {
    ask "SET stock 9223372036854775807"
    ask "INCR stock"
    # shellcheck disable=SC2053 # a pattern is what it is
    [[ $answer == $1 ]] || die "expected $1"
}

# Runs a command of revector on the server, under its own phase of the load.
update() {
    local name=$1 begun
    shift
    say "    \$ revector $*"
    phase "$name"
    begun=$(date +%s%N)
    "$revector" "$@" >"$work/revector.log" 2>&1 || die "revector failed: $(cat "$work/revector.log")"
    sed 's/^/    /' "$work/revector.log"
    say "    the command took $((($(date +%s%N) - begun) / 1000000)) ms in all"
}

phase before
stage "The bug: INCR wraps around"
ask_limit ':-9223372036854775808'
sleep "$seconds"

stage "The fix goes into the running server"
fix=examples/kvserver/fixed/counter.c
diff -U0 examples/kvserver/counter.c $fix | sed -n '/^[-+][^-+]/s/^/    /p' || true
update patching patch "$server" $fix
phase patched
ask_limit '-ERR*'
sleep "$seconds"

stage "And out of it again"
update reverting revert "$server" --all
phase reverted
ask_limit ':-9223372036854775808'
sleep "$seconds"

stage "The bill"
ask STATS
exec 3>&- # ends the load
status=0
wait "$load" || status=$?
load=''
sed '2d' "$work/load.log" # the row of the moment before the first phase
say "(wrapped: answers of the old code; refused: of the new; turns: a connection met the other one)"
kill -0 "$server" 2>/dev/null || die "the server is gone"
[ $status -eq 0 ] || die "some requests failed"

# What the load saw: old, new, old, and no connection went back and forth between them.
awk -v turns=$((2 * connections)) '
    $1 == "before" || $1 == "reverted" { bad += $7 == 0 || $1 == "before" && $8 > 0 }
    $1 == "patched" { bad += $8 == 0 }
    $1 == "all" { bad += $9 != turns; sent = $2; failed = $3 }
    { latency[$1] = $4 " / " $5 " / " $6 }
    END {
        if (bad) exit 1
        printf "\n%d requests sent, %d failed. Same process, same connections.\n", sent, failed
        printf "Latency p50 / p99 / max in microseconds: before %s, during %s, after %s.\n",
               latency["before"], latency["patching"], latency["patched"]
    }' "$work/load.log" || die "the load did not see old, new and old code in turn"
