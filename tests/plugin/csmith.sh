#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# csmith.sh BUILD COUNT "LEVEL..." [FIRST_SEED] - random programs print the same
# checksum with and without the plugin.
#
#   tests/plugin/csmith.sh build/release 30 "-O0 -O2"
#   tests/plugin/csmith.sh build/release 300 "-O0 -O1 -O2 -O3 -Os" 1000
#
# Every program is built plainly and with the plugin, in a form that changes with
# the seed, at each level. One that plainly prints no checksum in 5 seconds is passed
# over: it runs for too long, or never ends, which C lets a compiler use. Seeds are fixed, so a failure can be repeated: COUNT 1, FIRST_SEED its seed.
set -u
[ $# -ge 3 ] || { sed -n '4,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }
build=$(realpath "$1") count=$2 levels=$3 first=${4:-1}
command -v csmith >/dev/null || { echo "csmith.sh: csmith is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
include=${CSMITH_INCLUDE:-/usr/include/csmith}

# shellcheck source=Inputs/forms.sh
. "$(dirname "$0")/Inputs/forms.sh"

# Compiles and runs $work/p.c with the options given; its output and exit status.
checksum() {
    program=$1
    shift
    "$build/bin/revector-cc" -w "-I$include" "$@" "$work/p.c" -o "$program" || return 1
    timeout "$seconds" "$program" 1 >"$program.out" 2>&1
    echo "exit status $?" >>"$program.out"
}

compared=0 passed_over=0 failed=0
seed=$first
while [ "$seed" -lt $((first + count)) ]; do
    (cd "$work" && csmith --seed "$seed" >p.c)
    for level in $levels; do
        options="$level $(form "$seed")"
        seconds=5
        # The options are words of their own.
        # shellcheck disable=SC2086
        REVECTOR_OFF=1 checksum "$work/plain" $options || exit 1
        if ! grep -q 'checksum = ' "$work/plain.out"; then
            passed_over=$((passed_over + 1))
            continue
        fi
        compared=$((compared + 1))
        seconds=30
        # shellcheck disable=SC2086
        checksum "$work/revector" $options && cmp -s "$work/plain.out" "$work/revector.out" && continue
        failed=$((failed + 1))
        echo "FAIL seed $seed, $options"
    done
    seed=$((seed + 1))
done
echo "csmith: $compared comparisons, $failed differ, $passed_over passed over"
[ "$failed" = 0 ] && [ "$compared" -gt 0 ]
