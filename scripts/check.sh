#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check.sh - everything that a change must pass, on a machine that has nothing yet.
#
# Installs what is missing, then runs the stages below, each of them even if one
# before it failed. The last line counts every check and test: "N passed, M failed".
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$top/scripts/lib.sh"

usage='usage: scripts/check.sh [--quick] [--only STAGE] [--help]
Stages, in this order:
  style        the sources, by scripts/style.sh
  release      every test: tablewalk, plugin, runtime, command, installed tree, demo, real programs
  asan-ubsan   what runs in the program and in the command, under address and undefined sanitizer
  tsan         the same under the thread sanitizer
--quick leaves out what takes minutes: the sanitizers, and tests labelled slow or apps.
Tests labelled endurance take longer still and are never run here: ctest -L endurance.'

stages='style release asan-ubsan tsan' quick=''
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=1 && stages='style release' ;;
    --only) stages=${2:?$usage} && shift ;;
    --help) say "$usage" && exit ;;
    *) printf '%s\n' "check.sh: unknown option $1" "$usage" >&2 && exit 2 ;;
    esac
    shift
done

passed=0 failed=0 summary=''

# Adds a stage's numbers to the sum.
count() {
    passed=$((passed + $2))
    failed=$((failed + $3))
    summary+=$(printf '  %-12s %4d passed %4d failed %5d s' "$1" "$2" "$3" $((SECONDS - stage_started)))$'\n'
}

# Numbers of the style checks from their last line.
run_style() {
    "$top/scripts/style.sh" | tee "$log" || true
    read -r ok bad < <(sed -n 's/^style: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log")
    count style "${ok:-0}" "${bad:-1}"
}

# Builds a preset and runs its tests; further arguments go to ctest. A build
# that fails counts as one failed check.
run_preset() {
    local preset=$1 total bad
    shift
    if ! (build_preset "$preset"); then
        count "$preset" 0 1
        return
    fi
    (cd "$top" && ctest --preset "$preset" -j "$(nproc)" --timeout 600 --no-tests=error "$@") 2>&1 |
        tee "$log" || true
    read -r bad total < <(sed -n 's/^.* tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$log")
    count "$preset" $((${total:-0} - ${bad:-0})) "${bad:-1}"
}

run_stage() {
    case $1 in
    style) run_style ;;
    release) run_preset release --label-exclude "endurance${quick:+|slow|apps}" ;;
    asan-ubsan | tsan) run_preset "$1" --label-exclude 'apps|bench|endurance|model|plugin|slow|style' ;;
    *) die "there is no stage \"$1\"; --help lists them" ;;
    esac
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

stage "What this machine lacks"
if [ -n "$quick" ]; then need_packages build test; else need_packages build test apps corpus; fi
for name in $stages; do
    stage "$name"
    stage_started=$SECONDS
    run_stage "$name"
done

stage "Summary"
printf '%s' "$summary"
say "$passed passed, $failed failed"
[ $failed -eq 0 ]
