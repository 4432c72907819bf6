#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# confirm.sh - an update to be confirmed reverts in time, and stays when somebody confirms.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cp "$here/restart.c" .
compile prog restart.c
for n in 2 3; do
    change restart.c "s/base + 1;/base + $n;/"
    revector build --for ./prog -o fix$n.rvp fix/restart.c >/dev/null 2>&1 || fail "cannot build"
done
mkdir updates
export REVECTOR_UPDATES=$work/updates
start prog ./prog
prog=$pid
hear prog
hear prog

kept() {
    find updates -name '*.rvp' | wc -l
}

# now NUMBER WHAT
now() {
    ask prog x
    expect "now $1" "$answer" "$2"
}

# nobody confirms
works revector apply "$prog" fix2.rvp --confirm 3s
now 2 "before the deadline"
expect 0 "$(kept)" "patches kept before anybody confirmed"
works revector status "$prog"
expect_has "$output" "confirm within" "status before the deadline"
works revector status "$prog" --json
expect_has "$output" '"confirm_within_ns": ' "status in JSON"
eventually "now 1 after the deadline" answers prog x "now 1"
works revector history "$prog" --json
printf '%s' "$output" >history.json
python3 - <<'P' || fail "the deadline was not met: $output"
import json
from datetime import datetime as d

apply, revert = json.load(open("history.json"))["events"]
took = (d.fromisoformat(revert["when"][:-1]) - d.fromisoformat(apply["when"][:-1])).total_seconds()
assert 2.999 <= took < 10, took
assert revert["by"] == "the deadline" and "nobody confirmed" in revert["because"], revert
assert apply["because"] == "to be confirmed within 3000 ms", apply
P
refused 1 "waits to be confirmed" revector confirm "$prog"
works revector status "$prog"
expect_has "$output" "nobody confirmed it in time" "the log"

# somebody does
works revector apply "$prog" fix2.rvp --confirm 3s
works revector confirm "$prog"
expect 1 "$(kept)" "patches kept after confirm"
sleep 3.2
now 2 "confirmed, after the deadline"
works revector revert "$prog" --all
expect 0 "$(kept)" "patches kept after revert"

# two wait: say which
works revector apply "$prog" fix2.rvp --confirm 1min --json
first=$(printf '%s' "$output" | sed -n 's/^  "update": \([0-9]*\).*/\1/p')
works revector apply "$prog" fix3.rvp --confirm 3s --json
second=$(printf '%s' "$output" | sed -n 's/^  "update": \([0-9]*\).*/\1/p')
refused 1 "several fit" revector confirm "$prog"
refused 1 "update 99" revector confirm "$prog" 99
works revector confirm "$prog" "$first"
eventually "now 2: one confirmed, the other not" answers prog x "now 2"
refused 1 "waits to be confirmed" revector confirm "$prog" "$second"
works revector revert "$prog" --all

# reverted by hand: nothing is left of the deadline
works revector apply "$prog" fix2.rvp --confirm 2s
works revector revert "$prog" --all
works revector apply "$prog" fix2.rvp
sleep 2.2
now 2 "the deadline of an update that was reverted"
works revector revert "$prog" --all

# confirmed, but it cannot be kept: it goes on waiting, or --once
works revector apply "$prog" fix2.rvp --confirm 3s
mv updates elsewhere
refused 1 "No such file" revector confirm "$prog"
works revector confirm "$prog" --once
mv elsewhere updates
expect 0 "$(kept)" "patches kept with --once"
sleep 3.2
now 2 "confirmed with --once"
works revector revert "$prog" --all

# a child has the update and its deadline; each is confirmed for itself
works revector apply "$prog" fix2.rvp --confirm 3s
ask prog fork
child=${answer#child }
started="$started $child"
wait_for_agent "$child"
works revector status "$child"
expect_has "$output" "confirm within" "status of the child"
works revector confirm "$prog"
expect 1 "$(kept)" "patches kept when the parent was confirmed"
has_reverted() {
    revector history "$child" | grep -q "nobody confirmed it in time"
}
eventually "the deadline of the child, which nobody confirmed" has_reverted
works revector status "$prog"
expect_has "$output" "committed" "the parent"
now 2 "the parent, after the child's deadline"

# a program that gives up its agent: nobody can confirm any more
cat >quit.c <<'C'
#include <stdio.h>
#include "revector/revector.h"
int base;
__attribute__((noinline)) int answer(void) { return base + 1; }
int main(void)
{
    char line[64];
    while (fgets(line, sizeof(line), stdin)) {
        if (line[0] == 'q')
            rv_agent_disable();
        printf("%d\n", answer());
        fflush(stdout);
    }
}
C
compile quit -I"$here/../../../runtime/include" quit.c
change quit.c 's/base + 1/base + 2/'
revector build --for ./quit -o fix-quit.rvp fix/quit.c >/dev/null 2>&1 || fail "cannot build"
start quit ./quit
works revector apply "$pid" fix-quit.rvp --confirm 1min
ask quit x
expect 2 "$answer" "before the program gives up its agent"
ask quit q
expect 1 "$answer" "after it gave up its agent"

refused 2 "--confirm nonsense" revector apply "$prog" fix3.rvp --confirm nonsense
refused 2 "--confirm 0" revector apply "$prog" fix3.rvp --confirm 0
works revector apply "$prog" fix3.rvp --confirm 1s --dry-run
now 2 "a dry run with --confirm"
echo "confirm: reverted in time, kept when confirmed"
