#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# freestanding.sh OBJECT... - core, arch and tablewalk linked into one object lack
# nothing but what a kernel must supply.
set -eu
out=$(mktemp)
trap 'rm -f "$out" "$out.a"' EXIT
ld -r -o "$out" --whole-archive "$@"
missing=$(nm -u "$out" | awk '{print $2}' |
    grep -Ev '^(memcpy|memmove|memset|memcmp|_GLOBAL_OFFSET_TABLE_|rv_platform_[a-z_]+)$' || true)
if [ -n "$missing" ]; then
    echo "core is not freestanding; it needs:" $missing >&2
    exit 1
fi
nm -u "$out" | grep -q rv_platform_lock || { echo "the wrong objects were linked" >&2; exit 1; }
