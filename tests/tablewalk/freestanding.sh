#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# freestanding.sh LIBRARY - all of it linked needs memcpy, memmove, memset and memcmp at most.
set -eu
object=$(mktemp)
trap 'rm -f "$object"' EXIT
ld -r -o "$object" --whole-archive "$1"
missing=$(nm -u "$object" | awk '{ print $2 }' | grep -vxE 'memcpy|memmove|memset|memcmp' || :)
[ -z "$missing" ] || { echo "needed from outside: $missing" && exit 1; }
