# SPDX-License-Identifier: BSD-2-Clause
# lib.sh - a kvserver for one test: started on a free port, ended with the test.
#
# Sourced by bash scripts; they get `port`, `server` (pid) and a folder `work`.
# shellcheck shell=bash disable=SC2034
set -euo pipefail

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# start_server PROGRAM [OPTION]...
start_server() {
    work=$(mktemp -d)
    trap 'status=$?; kill $server 2>/dev/null || true; wait; cat "$work/server.err" >&2; rm -rf "$work"; exit $status' EXIT
    : >"$work/server.log"
    "$@" --port 0 >"$work/server.log" 2>"$work/server.err" &
    server=$!
    for ((i = 0; i < 200; i++)); do
        grep -q ^listening "$work/server.log" && break
        sleep 0.05
    done
    port=$(sed -n 's/^listening on .*://p' "$work/server.log")
    [ -n "$port" ] || die "the server did not start"
}

# Ends the server as a user would, and expects an orderly end.
stop_server() {
    local status=0
    kill -TERM "$server"
    wait "$server" || status=$?
    [ $status -eq 0 ] || die "the server ended with status $status"
    grep -q '^served ' "$work/server.log" || die "the server printed no totals"
}

# Connects file descriptor $1 to the server.
connect() {
    eval "exec $1<>/dev/tcp/127.0.0.1/$port"
}

# ask FD REQUEST: sets `answer`.
ask() {
    printf '%s\n' "$2" >&"$1"
    IFS= read -r -t 10 answer <&"$1" || die "no answer to: $2"
}
