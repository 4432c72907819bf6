#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# replace.sh - a cumulative patch supersedes all updates in force, at one moment.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

held_program two '"%d %d %d\n", one(), two(), three()' <<'C'
int base;

__attribute__((noinline)) int one(void) { return base + 1; }
__attribute__((noinline)) int two(void) { return base + 10; }
__attribute__((noinline)) int three(void) { return base + 100; }
C
compile two two.c -pthread

# patch NAME SED-SCRIPT
patch() {
    change two.c "$2"
    works revector build --for ./two -o "$1.rvp" fix/two.c
}

patch first 's/base + 1;/base + 2;/; s/base + 10;/base + 20;/'
patch second 's/base + 100;/base + 200;/; s/int got = 1;/int got = 2; got--;/'
patch all 's/base + 1;/base + 3;/'
mkdir updates
export REVECTOR_UPDATES=$work/updates
start two ./two
two=$pid

# values "ONE TWO THREE" WHAT
values() {
    ask two x
    expect "$1" "$answer" "$2"
}

kept() {
    find updates -name '*.rvp' -printf '%f\n' | LC_ALL=C sort | tr '\n' ' '
}

works revector apply "$two" first.rvp --confirm 10min
works revector confirm "$two"
works revector apply "$two" second.rvp
values "2 20 200" "two updates"
expect "00000001-first.rvp 00000002-second.rvp " "$(kept)" "the journal before"

# refused, checked, given up: nothing changes
works revector apply "$two" all.rvp --replace --dry-run
values "2 20 200" "after a dry run"
ask two h # in second's hold, which `all` does not have
refused 1 "(held) is inside " revector apply "$two" all.rvp --replace --timeout 2s
values "2 20 200" "after it was given up"
expect 2 "$(revector status "$two" --json | grep -c '"state": "committed"')" "updates in force after it was given up"
expect "00000001-first.rvp 00000002-second.rvp " "$(kept)" "the journal after it was given up"

# it waits for the function that goes back
revector apply "$two" all.rvp --replace --timeout 60s >apply.out 2>&1 &
client=$!
until_status "$two" moving
eventually "3 10 100 of a thread that has moved" answers two x "3 10 100"
ask two r
wait $client || fail "it did not come into force: $(cat apply.out)"
expect "functions    one" "$(grep ^functions apply.out)" "what it replaces"
expect "back go hold three two" "$(grep '^go back' apply.out | xargs -n1 | sort | xargs)" \
    "what goes back to its first body"
values "3 10 100" "after it"
expect "00000003-all.replace.rvp " "$(kept)" "the journal after it"
works revector history "$two"
expect 2 "$(printf '%s\n' "$output" | grep -c 'replaced')" "rows of the superseded ones"
expect_has "$output" "by update 5" "who has superseded them"
eventually "superseded code is unloaded" maps_lack "$two" 'first.rvp|second.rvp'
refused 1 "no such update: 1 was superseded by update 5" revector revert "$two" 1
refused 1 "no such update: 99" revector revert "$two" 99

# a restart has it, and only it; even if the others could not be taken out
start again ./two
ask again x
expect "3 10 100" "$answer" "the next start"
folder=$(dirname "$(find updates -name '*.rvp')")
cp first.rvp "$folder/00000001-first.rvp"
start third ./two
ask third x
expect "3 10 100" "$answer" "a start with a superseded one in the journal"
expect "00000003-all.replace.rvp " "$(kept)" "the journal after that start"

# back: to the first code
works revector revert "$two" --all
values "1 10 100" "reverted"
expect "" "$(kept)" "the journal after the revert"

# with a deadline
works revector apply "$two" first.rvp
works revector apply "$two" all.rvp --replace --confirm 2s
values "3 10 100" "before the deadline"
eventually "the first code after the deadline" answers two x "1 10 100"
until_status "$two" "no updates"
echo "replace: one in the place of all, at one moment, and none of it if it is given up"
