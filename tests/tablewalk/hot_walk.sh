#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# hot_walk.sh OBJECT - the walk of n levels is n loads and no branch. x86-64 objects.
set -eu
object=$1
status=0
for levels in 2 3 4; do
    code=$(objdump -d --no-show-raw-insn "$object" |
        sed -n "/<hot_walk_$levels>:/,/^\$/p" | sed 1d)
    loads=$(printf '%s\n' "$code" | grep -v 'lea\|nop' | grep -c '(%' || :)
    jumps=$(printf '%s\n' "$code" | grep -cE '[[:space:]](j[a-z]+|call)[[:space:]]' || :)
    if [ "$loads" -ne "$levels" ] || [ "$jumps" -ne 0 ]; then
        printf 'walk of %s levels: %s loads, %s jumps\n%s\n' "$levels" "$loads" "$jumps" "$code"
        status=1
    fi
done
exit $status
