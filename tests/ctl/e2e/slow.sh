#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# slow.sh - threads may take their time: what belongs to an update (its row, its copy in
# the journal, its deadline) comes when it has ended, and not when it was asked for.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

held_program slow '"now %d\n", answer()' <<'C'
int base;

__attribute__((noinline)) int answer(void) { return base + 1; }
C
compile slow slow.c -pthread
for n in 2 3; do
    change slow.c "s/base + 1;/base + $n;/; s/volatile int got = 1;/volatile int got = $n; got -= $n - 1;/"
    works revector build --for ./slow -o fix$n.rvp fix/slow.c
done
mkdir updates
export REVECTOR_UPDATES=$work/updates
start slow ./slow
slow=$pid

kept() {
    find updates -name '*.rvp' | wc -l
}

# now NUMBER WHAT
now() {
    ask slow x
    expect "now $1" "$answer" "$2"
}

# last KEY: of the newest event
last() {
    revector history "$slow" --json | python3 -c '
import json, sys
print(json.load(sys.stdin)["events"][-1].get(sys.argv[1], "-"))' "$1"
}

# until_now NUMBER WHAT: when the thread that answers has moved
until_now() {
    eventually "now $1 $2" answers slow x "now $1"
}

until_it_is() {
    until_status "$slow" "$1"
}

last_is() {
    [ "$(last result), $(last by)" = "$1" ]
}

# until_last RESULT BY: the newest event has these
until_last() {
    eventually "the last event is '$1' by '$2'" last_is "$1, $2"
}

# seconds_between: the last two events
seconds_between() {
    revector history "$slow" --json | python3 -c '
import json, sys
from datetime import datetime
first, second = (datetime.fromisoformat(e["when"][:-1]) for e in json.load(sys.stdin)["events"][-2:])
print((second - first).total_seconds())'
}

# in_background COMMAND...: wait for it with `ends_well`
in_background() {
    "$@" >background.out 2>&1 &
    background=$!
}

ends_well() {
    wait "$background" || fail "in the background: $(cat background.out)"
}

a_slow_update_is_kept_at_its_commit() {
    ask slow h
    in_background revector apply "$slow" fix2.rvp --timeout 60s
    until_it_is moving
    expect 0 "$(kept)" "patches kept while threads move"
    expect "nothing has happened yet" "$(revector history "$slow")" "history while threads move"
    ask slow r
    ends_well
    expect 1 "$(kept)" "patches kept after the commit"
    expect "apply committed" "$(last asked) $(last result)" "the row"
    now 2 "after a slow update"
}

a_slow_revert_is_taken_out_at_its_end() {
    ask slow h # in the new function
    in_background revector revert "$slow" --all --timeout 60s
    until_it_is moving
    expect 1 "$(kept)" "patches kept while threads go back"
    expect "apply" "$(last asked)" "the last row meanwhile"
    ask slow r
    ends_well
    expect 0 "$(kept)" "patches kept after a slow revert"
    expect "revert reverted" "$(last asked) $(last result)" "the row"
    now 1 "after a slow revert"
}

an_update_that_is_given_up_is_told_with_its_threads() {
    ask slow h
    refused 1 "(held) is inside " revector apply "$slow" fix2.rvp --timeout 2s
    expect "apply aborted" "$(last asked) $(last result)" "the row"
    expect_has "$(last because)" "not all threads could move in time" "why"
    expect_has "$(last because)" "(held) is inside " "who could not"
    expect_has "$(revector status "$slow")" "aborted: not all threads" "the log"
    expect 0 "$(kept)" "patches kept after an update that was given up"
    now 1 "after an update that was given up"
    ask slow r
}

a_revert_that_is_given_up_stays_kept() {
    works revector apply "$slow" fix2.rvp
    ask slow h
    refused 1 "(held) is inside " revector revert "$slow" --all --timeout 2s
    expect "revert aborted" "$(last asked) $(last result)" "the row"
    expect 1 "$(kept)" "patches kept after a revert that was given up"
    now 2 "after a revert that was given up"
    ask slow r
    works revector revert "$slow" --all
}

a_deadline_begins_at_the_commit() {
    ask slow h
    in_background revector apply "$slow" fix2.rvp --timeout 60s --confirm 2s
    until_it_is moving
    expect_has "$(revector status "$slow")" "confirm within" "status while threads move"
    sleep 2.2
    expect_has "$(revector status "$slow")" moving "status after the deadline's time"
    refused 1 "waits to be confirmed" revector confirm "$slow"
    ask slow r
    ends_well
    now 2 "right after the commit"
    until_last reverted "the deadline"
    now 1 "after the deadline"
    # the row of an update is written a moment after its deadline has begun
    case $(seconds_between) in 1.9* | [2-9].*) ;; *) fail "only $(seconds_between) seconds" ;; esac
}

a_deadline_waits_for_another_update_that_returns() {
    works revector apply "$slow" fix3.rvp --confirm 3s
    ask slow h # in fix3
    in_background revector apply "$slow" fix2.rvp --timeout 3s
    until_it_is moving
    until_now 2 "of a thread that has moved"
    ask slow h # in fix2, which keeps it returning
    until_it_is returning
    sleep 1
    expect_has "$(revector status "$slow")" returning "status after the deadline"
    ask slow r
    ask slow r
    wait "$background" && fail "it came into force"
    until_last reverted "the deadline"
    now 1 "after the deadline"
    expect 0 "$(kept)" "patches kept"
    expect 2 "$(revector history "$slow" | grep -c 'the deadline')" "rows of deadlines"
}

a_deadline_does_not_give_up() {
    works revector apply "$slow" fix2.rvp --confirm 2s
    ask slow h
    until_it_is moving
    until_now 1 "of a thread that has left the new code"
    sleep 0.5
    refused 1 "in progress" revector apply "$slow" fix3.rvp
    refused 1 "waits to be confirmed" revector confirm "$slow"
    ask slow r
    until_last reverted "the deadline"
    now 1 "after a slow revert by the deadline"
}

# What cannot be kept after a slow commit is taken back, and whoever asked is told.
a_slow_update_that_cannot_be_kept_is_refused() {
    ask slow h
    in_background revector apply "$slow" fix2.rvp --timeout 60s
    until_it_is moving
    mv updates elsewhere
    ask slow r
    wait "$background" && fail "it could be kept: $(cat background.out)"
    mv elsewhere updates
    expect_has "$(cat background.out)" "No such file" "what apply says"
    until_last reverted "the deadline"
    expect_has "$(last because)" "could not be kept" "why it is reverted"
    now 1 "after an update that could not be kept"
    expect 0 "$(kept)" "patches kept"
}

a_slow_update_is_kept_at_its_commit
a_slow_revert_is_taken_out_at_its_end
an_update_that_is_given_up_is_told_with_its_threads
a_revert_that_is_given_up_stays_kept
a_deadline_begins_at_the_commit
a_deadline_waits_for_another_update_that_returns
a_deadline_does_not_give_up
a_slow_update_that_cannot_be_kept_is_refused
echo "slow: rows, copies and deadlines come when threads have moved"
