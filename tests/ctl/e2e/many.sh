#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# many.sh - 100,000 methods: listed page by page, completely, in a short time;
# and one update of 600 functions, whose names do not fit into one answer.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

methods=100000
units=25
each=$((methods / units))
for unit in $(seq $units); do
    awk -v unit="$unit" -v each=$each 'BEGIN {
        for (i = 0; i < each; i++)
            printf "int a_function_with_a_rather_long_name_%d_%d(int x) { return x + %d; }\n", unit, i, i
    }' >"u$unit.c"
    files="${files:-} u$unit.c"
done
printf '#include <unistd.h>\nint main(void) { for (;;) pause(); }\n' >main.c
# shellcheck disable=SC2086 # words on purpose
echo $files | xargs -n 5 -P 2 revector-cc -O0 -c 2>cc.err || fail "cannot compile: $(tail -3 cc.err)"
revector-cc -O0 main.c u*.o -o many 2>cc.err || fail "cannot link: $(tail -3 cc.err)"
./many &
pid=$!
disown
started=$pid
wait_for_agent "$pid"

start=$(date +%s%N)
works revector methods "$pid"
took=$((($(date +%s%N) - start) / 1000000))
expect $((methods + 2)) "$(printf '%s\n' "$output" | wc -l)" "lines of 'methods', with the title and main"
expect $((methods + 1)) "$(printf '%s\n' "$output" | awk 'NR > 1 { print $1 }' | sort -u | wc -l)" "different IDs"
[ $took -lt 5000 ] || fail "'methods' took $took ms"
works revector methods "$pid" --json
printf '%s' "$output" | python3 -c 'import json, sys; sys.exit(len(json.load(sys.stdin)["methods"]) != 100001)' ||
    fail "'methods --json' is not what it should be"

change u7.c '1,3000s/x + /x - /'
works revector patch "$pid" fix/u7.c
works revector status "$pid" --json
printf '%s' "$output" >status.json
python3 - <<'P' || fail "'status' does not have all functions of a large update"
import json, sys
update = json.load(open("status.json"))["processes"][0]["updates"][0]
sys.exit(len(set(update["functions"])) != 3000)
P
works revector revert "$pid" --all
echo "100,000 methods listed in $took ms"
