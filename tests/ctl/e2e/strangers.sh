#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# strangers.sh - only root and the process's own user may talk to the agent.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

[ "$(id -u)" = 0 ] || skip "becoming somebody else needs root"
cp "$here"/prog.c "$here"/prog.h "$here"/other.c .
compile prog prog.c other.c
change prog.c 's/return x;/return x + 1000;/'
revector build --for ./prog -o fix.rvp fix/prog.c >/dev/null 2>&1 || fail "cannot build"
chmod -R a+rX "$work"

as() {
    echo setpriv --reuid "$1" --regid "$1" --clear-groups
}

# shellcheck disable=SC2046 # words on purpose
run_as() {
    user=$1
    shift
    $(as "$user") "$@"
}

command=$(command -v revector)
# Where the build lies may be nobody else's business.
run_as 4711 cat "$build/lib/librevector.so.0" "$command" >/dev/null 2>&1 || {
    cp "$command" "$build"/lib/librevector.so.0 "$work"
    chmod a+rx "$work/revector" "$work/librevector.so.0"
    command=$work/revector
    export LD_LIBRARY_PATH=$work
}

REVECTOR_LOG=$work/log
export REVECTOR_LOG
start roots ./prog
unset REVECTOR_LOG
roots_pid=$pid
# shellcheck disable=SC2046
start theirs $(as 4711) ./prog
theirs_pid=$pid

# a stranger: every verb that changes or tells something
for verb in "status $roots_pid" "methods $roots_pid" "walk $roots_pid serve" \
    "apply $roots_pid fix.rvp" "revert $roots_pid --all"; do
    # shellcheck disable=SC2086 # words on purpose
    refused 1 "only the process's own user and root may update it" run_as 4711 "$command" $verb
done
refused 1 "only the process's own user" run_as 4712 "$command" apply "$theirs_pid" fix.rvp
ask roots "new 5"
expect 5 "$answer" "root's process after a stranger tried"
expect_has "$(revector status "$roots_pid")" "refused user 4711" "the agent's log"
expect_has "$(cat log)" "revector[$roots_pid]: refused user 4711" "the log file"
expect_has "$(run_as 4711 "$command" status)" "more that you may not see" "status of all, for a stranger"

# the owner, and root
works run_as 4711 "$command" apply "$theirs_pid" fix.rvp
ask theirs "new 5"
expect 1005 "$answer" "the owner's own process"
works revector revert "$theirs_pid" --all
ask theirs "new 5"
expect 5 "$answer" "reverted by root"
echo "strangers are refused and logged; owner and root are not"
