#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# escapes.sh - what a program calls itself and its threads does nothing to the terminal of
# who looks at it, and begins no line in its log.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

held_program prog '"%d\n", answer(1)' <<'C'
__attribute__((noinline)) int answer(int x)
{
    return x + 1;
}
C
sed -i 's/"held"/"\\033[31mc\\xc3\\xa9"/' prog.c
program=$work/$(printf 'esc\033[2Jape')
compile "$program" prog.c -pthread
change prog.c 's/x + 1/x + 2/; s/int got = 1/int got = 2/'
patch=$(printf 'fi\nx.rvp')
works revector build --for "$program" -o "$patch" fix/prog.c
export REVECTOR_LOG=$work/log
start prog "$program"
unset REVECTOR_LOG
ask prog h

# clean WHAT COMMAND...: whatever it says, no control character but the ends of its lines.
clean() {
    local what=$1
    shift
    "$@" >out.clean 2>&1
    tr -d '\n' <out.clean | LC_ALL=C grep -q '[[:cntrl:]]' && fail "$what: $(cat -v out.clean)"
    output=$(cat out.clean)
}

clean "a refusal" revector apply "$pid" "$patch" --timeout 1500ms
expect_has "$output" '(\x1b[31mcé) is inside hold' "the refusal"
expect_has "$output" 'revector: waiting: ' "what is said on the way"
clean "status" revector status "$pid"
expect_has "$output" 'esc\x1b[2Jape' "the program's name"
clean "history" revector history "$pid"
expect_has "$output" '\x1b[31mcé' "history"
expect_has "$output" 'fi\x0ax.rvp' "the patch's name"
clean "status in JSON" revector status "$pid" --json
clean "history in JSON" revector history "$pid" --json
expect_has "$output" '\u001b[31mcé' "history in JSON"
clean "methods" revector methods "$pid"

[ -s log ] || fail "there is no log"
tr -d '\n' <log | LC_ALL=C grep -q '[[:cntrl:]]' && fail "the log: $(cat -v log)"
expect 0 "$(grep -cvE '^[0-9TZ:-]+ revector\[[0-9]+\]: ' log)" "lines that are no entry's beginning"
expect_has "$(cat log)" '\x1b[31mc' "the log"
echo "names are shown, and not obeyed"
