#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# crashed-hooks.sh - a hook of a patch that crashes, in the agent's thread: one line on stderr
# names the hook, its function and the update, on probation or not; then the process ends as
# it would have.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >prog.c <<'C'
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) int answer(int x)
{
    volatile int mine = 1;
    return x + mine;
}

int main(void)
{
    char line[16];

    setvbuf(stdout, NULL, _IONBF, 0);
    while (fgets(line, sizeof(line), stdin))
        printf("%d\n", answer(0));
}
C
compile prog prog.c

# patch NAME KIND STATEMENT: NAME.rvp has a hook of that kind, which does that.
patch() {
    mkdir -p "$1"
    {
        echo '#include "revector/patch.h"'
        sed 's/mine = 1;/mine = 2;/; /^int main/,$d' prog.c
        printf 'REVECTOR_%s ' "${2^^}"
        case $2 in
        pre_*) printf 'static int trip(struct rv_hook *hook)\n{\n    %s\n    return 0;\n}\n' "$3" ;;
        *) printf 'static void trip(struct rv_hook *hook)\n{\n    %s\n}\n' "$3" ;;
        esac
    } >"$1/prog.c"
    revector build --for ./prog -o "$1.rvp" "$1/prog.c" >build.out 2>&1 ||
        fail "cannot build: $(cat build.out)"
}
fault='*(volatile int *)(long)hook->size = 1;'
patch first pre_apply "$fault"
patch second post_apply "$fault"
patch third post_apply '(void)hook; abort();'
patch fourth pre_revert "$fault"

# says NAME PART...: it has ended, and left one line of ours, with each of these
says() {
    local name=$1 part
    shift
    is_gone() { ! kill -0 "$pid" 2>/dev/null; }
    eventually "$name has ended" is_gone
    expect 1 "$(grep -c '^revector: ' "$name.err")" "lines of ours in: $(cat "$name.err")"
    for part; do
        expect_has "$(cat "$name.err")" "$part" "what is said of a hook that crashes"
    done
}

start one ./prog
refused 1 "closed the connection" revector apply "$pid" first.rvp
says one "SIGSEGV (hook pre_apply: trip)" "a patch that is not in force" "first.rvp"

start two ./prog
refused 1 "closed the connection" revector apply "$pid" second.rvp
says two "SIGSEGV in " "(hook post_apply: trip)" "update 1 (second.rvp)"

start three ./prog
refused 1 "closed the connection" revector apply "$pid" third.rvp
says three "SIGABRT below " "(hook post_apply: trip)" "update 1 (third.rvp)"

start four ./prog
works revector apply "$pid" fourth.rvp --probation 0
refused 1 "closed the connection" revector revert "$pid" 1
says four "SIGSEGV (hook pre_revert: trip) of update 1" "fourth.rvp"
echo "hooks that crash in the agent: named, with their update"
