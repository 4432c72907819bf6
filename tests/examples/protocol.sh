#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# protocol.sh KVSERVER - does the server answer as protocol.transcript says, and keep its limits?
here=$(dirname "$0")
. "$here/lib.sh"
start_server "$1" --clients 2 --memory 1
connect 4

number=0 checked=0
while IFS= read -r line; do
    number=$((number + 1))
    case $line in
    '> '* | '>') request=${line#>} && ask 4 "${request# }" ;;
    '< '*)
        checked=$((checked + 1))
        [ "$answer" = "${line#< }" ] || die "transcript line $number: expected ${line#< }, got $answer"
        ;;
    esac
done <"$here/protocol.transcript"
[ $checked -gt 40 ] || die "only $checked answers were checked"
! IFS= read -r -t 5 answer <&4 || die "the connection is open after QUIT"
exec 4>&-

# Two clients are served, the third one is told why not.
connect 5
ask 5 PING
connect 6
ask 6 PING
connect 7
IFS= read -r -t 5 answer <&7
[ "$answer" = '-ERR too many connections' ] || die "a third connection was let in: $answer"
exec 7>&-

# A megabyte of memory, 16 shards: of values of 32 KiB each shard holds one.
value=$(head -c 32768 /dev/zero | tr '\0' v)
full=0
for ((i = 0; i < 40; i++)); do
    ask 5 "SET big$i $value"
    [ "$answer" != '-ERR the store is full' ] || full=$((full + 1))
done
[ $full -ge 24 ] && [ $full -lt 40 ] || die "$full of 40 large values were refused"

ask 6 "SET brief 1"
ask 6 "EXPIRE brief 1"
sleep 1.2
ask 6 "GET brief"
[ "$answer" = _ ] || die "an expired key is still there: $answer"

stop_server
