#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# history.sh - every verb leaves a row: when, who, which file, and how it ended.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cp "$here/restart.c" .
compile prog restart.c
change restart.c 's/base + 1;/base + 2;/'
revector build --for ./prog -o fix.rvp fix/restart.c >/dev/null 2>&1 || fail "cannot build"
hash=$(sha256sum fix.rvp | cut -d' ' -f1)
cp fix.rvp cut.rvp
truncate -s -1 cut.rvp
start prog ./prog
prog=$pid

works revector history "$prog"
expect "nothing has happened yet" "$output" "the history of a new process"
before=$(date -u +%FT%T)
works revector apply "$prog" fix.rvp --dry-run
works revector apply "$prog" fix.rvp
refused 1 "in force already" revector apply "$prog" fix.rvp
refused 1 "truncated" revector apply "$prog" cut.rvp # by the command: the process is not asked
works revector revert "$prog" 2
refused 1 "no such update" revector revert "$prog" 99
works revector apply "$prog" fix.rvp --confirm 1min
works revector confirm "$prog"
refused 1 "waits to be confirmed" revector confirm "$prog"
works revector revert "$prog" --all
after=$(date -u +%FT%T)

works revector history "$prog" --json
printf '%s' "$output" >history.json
python3 - "$hash" "$before" "$after" "$(id -u)" "$(id -un)" <<'P' || fail "the history is wrong: $output"
import json, sys

hash, before, after, uid, user = sys.argv[1:]
events = json.load(open("history.json"))["events"]
got = [(e["asked"], e["result"]) for e in events]
want = [("check", "checked"), ("apply", "committed"), ("apply", "refused"), ("revert", "reverted"),
        ("revert", "refused"), ("apply", "committed"), ("confirm", "confirmed"),
        ("confirm", "refused"), ("revert", "reverted")]
assert got == want, got
for number, e in enumerate(events, 1):
    assert e["event"] == number, e
    assert before <= e["when"][:19] <= after and e["when"].endswith("Z"), e
    assert e["uid"] == int(uid) and e["pid"] > 1 and e["command"] == "revector", e
    assert e["user"] == user and e["by"].startswith(f"{user} (user {uid}), process "), e
    assert e["took_ns"] > 0 or e["asked"] == "confirm", e
files = [e for e in events if "file" in e]
assert len(files) == 7, files
for e in files:
    assert e["sha256"] == hash and e["file"].endswith("/fix.rvp"), e
assert "in force already" in events[2]["because"], events[2]
assert events[1]["update"] == events[3]["update"] != events[5]["update"] == events[8]["update"]
P

# the program's own doings
cat >api.c <<'C'
#include <stdio.h>
#include <unistd.h>
#include "revector/revector.h"
int base;
__attribute__((noinline)) int answer(void) { return base + 1; }
int main(void)
{
    uint32_t id;
    char byte;
    int error = rv_apply("fix-api.rvp", NULL, &id);
    if (error || rv_revert(id, NULL))
        return 1;
    while (read(0, &byte, 1) > 0)
        printf("%d\n", answer()), fflush(stdout);
}
C
compile api -I"$here/../../../runtime/include" api.c
change api.c 's/base + 1/base + 2/'
revector build --for ./api -o fix-api.rvp fix/api.c >/dev/null 2>&1 || fail "cannot build"
start api ./api
own_rows() {
    [ "$(revector history "$pid" | grep -c 'by  *the program itself')" = 2 ]
}
eventually "the rows of the program itself" own_rows # its agent is there before its main

# bounded, in pages
for _ in $(seq 70); do
    works revector apply "$prog" fix.rvp
    works revector revert "$prog" --all
done
works revector history "$prog" --json
expect 128 "$(printf '%s' "$output" | grep -c '"event"')" "rows that are kept"
expect_has "$output" '"event": 149,' "the last row"
echo "history: all of it, by whom, with which file"
