#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# load.sh KVSERVER KVLOAD - does the server answer many clients right, and does kvload see it when not?
. "$(dirname "$0")/lib.sh"
start_server "$1"
kvload=$2

# Phases come from outside, a row each; the columns are those of the heading.
{ sleep 1 && echo "phase second" && sleep 1; } | "$kvload" --port "$port" --connections 16 >"$work/load" ||
    die "the load failed: $(cat "$work/load")"
awk 'NR > 1 && ($2 < 100 || $3 != 0 || $7 == 0 || $8 != 0 || $9 != 0) { exit 1 } END { exit NR != 4 }' \
    "$work/load" || die "unexpected rows: $(cat "$work/load")"

# At a rate, that rate is kept.
sleep 1 | "$kvload" --port "$port" --connections 4 --rate 1000 >"$work/load" || die "the load failed"
awk '$1 == "all" { exit !($2 > 800 && $2 < 1200) }' "$work/load" || die "not 1000: $(cat "$work/load")"

stop_server

# A server that goes away is a failure, and so is none at all.
start_server "$1"
{ sleep 0.5 && kill -9 "$server" && sleep 0.5; } | "$kvload" --port "$port" >"$work/load" 2>"$work/why" &&
    die "the load did not notice that the server was killed"
grep -q 'connection is lost' "$work/why" || die "no reason was given: $(cat "$work/why")"
"$kvload" --port "$port" </dev/null >/dev/null 2>&1 && die "the load ran without a server"
exit 0
