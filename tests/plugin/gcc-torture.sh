#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# gcc-torture.sh BUILD EVERY "LEVEL..." - gcc's execute torture tests, out of
# Debian's gcc-12-source, find no failure that plain clang does not have.
#
#   tests/plugin/gcc-torture.sh build/release 20 "-O0 -O2"              every 20th
#   tests/plugin/gcc-torture.sh build/release 1 "-O0 -O1 -O2 -O3 -Os"   all
#
# A test that plain clang does not compile or that fails with it is passed over.
# The form of translation changes from test to test.
set -u
[ $# = 3 ] || { sed -n '4,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }

# shellcheck source=Inputs/forms.sh
. "$(dirname "$0")/Inputs/forms.sh"

# Builds and runs one test; silent, but for its exit status.
passes() {
    program=$1
    shift
    "$build/bin/revector-cc" -w -std=gnu89 "$@" -o "$program" -lm \
        >/dev/null 2>&1 && (cd "$work" && timeout 20 "$program" >/dev/null 2>&1)
}

# One test at all levels: a line for each comparison.
one() {
    options=$(form "$1")
    program=$(mktemp "$work/XXXXXXXX")
    for level in $levels; do
        # The options are words of their own.
        # shellcheck disable=SC2086
        if ! REVECTOR_OFF=1 passes "$program" $level $options "$2"; then
            echo "over"
        elif passes "$program" $level $options "$2"; then
            echo "same"
        else
            echo "FAIL $level $options $2"
        fi
    done
    rm -f "$program"
}

if [ "$1" = --one ]; then
    # Called by xargs below: everything else is in the environment.
    one "$2" "$3"
    exit
fi

build=$(realpath "$1") every=$2 levels=$3
archive=$(ls /usr/src/gcc-12/gcc-12*.tar.xz 2>/dev/null) ||
    { echo "gcc-torture.sh: gcc-12-source is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export build levels work
tar -C "$work" -xf "$archive" --strip-components=4 --wildcards '*/gcc.c-torture/execute/*.c'
find "$work" -name '*.c' -path '*execute*' -not -path '*builtins*' | sort |
    awk -v every="$every" 'NR % every == 0 { print NR / every; print }' |
    xargs -n 2 -P "$(nproc)" "$0" --one >"$work/results"
grep FAIL "$work/results"
same=$(grep -c same "$work/results")
over=$(grep -c over "$work/results")
failed=$(grep -c FAIL "$work/results")
echo "gcc torture: $((same + failed)) comparisons, $failed new failures, $over passed over (plain clang fails)"
[ "$failed" = 0 ] && [ "$same" -gt 0 ]
