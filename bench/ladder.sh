#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# ladder.sh - runs the ladder so that its numbers can be compared, and prints ratios.
usage='usage: bench/ladder.sh [BUILD_DIRECTORY [REPETITIONS [FILTER]]]
Every rung is measured REPETITIONS times (default 11) in random order, so that a
busy machine disturbs all alike. Printed: median CPU time of a call in ns, what that is
as a multiple of a direct call of the same group, and the spread of the repetitions
(standard deviation in % of the mean: do not read much into a ratio that is smaller).'
set -eu
case ${1:-} in -h | --help) echo "$usage" && exit ;; esac
build=${1:-$(dirname "$0")/../build/release}
[ -x "$build/bin/revector-bench" ] || { echo "ladder.sh: no $build/bin/revector-bench; build it first" >&2 && exit 1; }

bench=$build/bin/revector-bench
filter=${3:-.}
results=$(mktemp)
trap 'rm -f "$results"' EXIT
{
    "$bench" --benchmark_list_tests --benchmark_filter="$filter"
    "$bench" --benchmark_enable_random_interleaving=true --benchmark_filter="$filter" \
        --benchmark_repetitions="${2:-11}" --benchmark_min_time=0.05 \
        --benchmark_report_aggregates_only=true --benchmark_format=csv 2>/dev/null
} >"$results" || { echo "ladder.sh: $bench failed" >&2 && exit 1; }
awk -F, '
    # First the names in their own order, then, in random order, lines of
    # "name_aggregate",iterations,real_time,cpu_time,...
    /^[a-z0-9_]*\/[a-z0-9_]*$/ { order[++count] = $1 }
    /^"/ {
        gsub(/"/, "", $1)
        result[$1] = $4
    }
    END {
        for (i = 1; i <= count; i++) {
            name = order[i]
            split(name, part, "/")
            if (part[1] != group) {
                group = part[1]
                direct = result[group "/direct_median"]
                printf "%s%-24s %9s %9s %9s\n", (i > 1 ? "\n" : ""), group, "ns", "x direct", "spread"
            }
            time = result[name "_median"]
            printf "  %-22s %9.2f %9s %8.0f%%\n", part[2], time,
                (direct ? sprintf("%.2f", time / direct) : "-"),
                100 * result[name "_stddev"] / result[name "_mean"]
        }
    }' "$results"
