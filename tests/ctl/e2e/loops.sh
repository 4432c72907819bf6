#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# loops.sh - functions that never return: a marked loop takes its next turn in new
# code, for good or until the revert; and of an unmarked one it is said who keeps old code.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >turns.c <<'C'
#include <stdio.h>
#include <string.h>

enum kind { NONE, SOME };
struct state {
    int rounds;
    enum kind kind;
    char name[8];
};

__attribute__((noinline)) static char *next(char *line, int size)
{
    return fgets(line, size, stdin);
}

/* while, left by break; a return inside; variables of all kinds around it */
__attribute__((noinline)) static long serve(int step, const char *greeting)
{
    struct state state = {0, SOME, "state"};
    unsigned long long big = 1ull << 40;
    int table[3] = {10, 20, 30};
    double ratio = 1.5;
    char line[80];

    [[revector::loop]] while (next(line, sizeof(line))) {
        int value = table[state.rounds % 3];
        state.rounds += step;
        if (line[0] == 'q')
            break;
        if (line[0] == 'r')
            return 77;
        for (int n = 0; n < 2; n++)
            [[revector::loop]] for (;;) {
                value++;
                if (value % 2 == n)
                    break;
            }
        printf("old %s %d\n", greeting, value);
    }
    printf("left %d %s %.1f %d %llu\n", state.rounds, state.name, ratio, table[0], big);
    return state.rounds;
}

int main(int argc, char **argv)
{
    long served = 0;

    (void)argv;
    setvbuf(stdout, NULL, _IOLBF, 0);
    [[revector::loop]] for (;;) {
        char line[8];
        served += serve(argc, "hello");
        printf("again %ld\n", served);
        if (!next(line, sizeof(line)))
            break;
    }
    return 0;
}
C

# one_process FLAG: compiled with it; every answer is that of the turn which began before.
one_process() {
    prog=turns${1#-}
    revector-cc "$1" -g turns.c -o "$prog" 2>cc.err || fail "cannot compile: $(cat cc.err)"
    start "$prog" "./$prog"
    ask "$prog" x
    expect "old hello 13" "$answer" "$prog: before"
    sed 's/old %s/new %s/; s/int value = table\[.*/int value = table[2] + (int)ratio;/' turns.c >fix.c
    mkdir -p fix && cp fix.c fix/turns.c
    revector build --for "./$prog" -o "$prog.rvp" fix/turns.c 2>build.err >/dev/null ||
        fail "$prog: cannot build: $(cat build.err)"
    expect "" "$(grep -v remark build.err)" "$prog: what build says of a marked loop"
    expect_has "$(revector inspect "$prog.rvp")" "serve.loop" "$prog: what is in the patch"
    works revector apply "$pid" "$prog.rvp" --consistency call --json
    expect_has "$output" "serve.loop (thread $pid)" "$prog: who is in an old turn"
    ask "$prog" x
    expect "old hello 23" "$answer" "$prog: the turn that had begun"
    ask "$prog" x
    expect "new hello 33" "$answer" "$prog: the next turn"
    works revector status "$pid" --json
    case $output in
    *"serve.loop (thread"*) fail "$prog: still in an old turn: $output" ;;
    esac
    works revector revert "$pid" --all --consistency call
    ask "$prog" x
    expect "new hello 33" "$answer" "$prog: the turn that had begun before the revert"
    ask "$prog" x
    expect "old hello 23" "$answer" "$prog: the next turn after the revert"
    # a turn that begins to return, where the old ones did not
    sed 's/^        if (line\[0\] == .q.)/        if (line[0] == 0x7a) return 1000;\n&/' turns.c >fix/turns.c
    works revector patch "$pid" fix/turns.c --consistency call
    ask "$prog" x
    ask "$prog" z
    expect "again 1000" "$answer" "$prog: a turn that returns from its function"
}

one_process -O0
one_process -O2

# ---- without the mark ----
cat >plain.c <<'C'
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static int answer(void)
{
    volatile int value = 1;
    return value;
}

__attribute__((noinline)) static void serve(void)
{
    char line[80];
    for (;;) {
        if (!fgets(line, sizeof(line), stdin))
            exit(0);
        printf("serve %d answer %d\n", 1, answer());
    }
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    serve();
}
C
compile plain plain.c
start plain ./plain
sed 's/"serve %d answer %d\\n", 1/"serve %d answer %d\\n", 2/; s/value = 1;/value = 2;/' plain.c >fix/plain.c
revector build --for ./plain -o plain.rvp fix/plain.c >/dev/null 2>build.err ||
    fail "cannot build: $(cat build.err)"
expect_has "$(cat build.err)" "'serve' has changed, but it has a loop without an end" "what build says"
refused 1 "; if that function does not return, mark its loop [[revector::loop]]" \
    revector apply "$pid" plain.rvp --timeout 2s
ask plain x
expect "serve 1 answer 1" "$answer" "after the update that was given up"
works revector apply "$pid" plain.rvp --consistency call
expect_has "$output" "keeps old code" "what apply says"
expect_has "$output" "serve (thread $pid)" "who keeps old code"
ask plain x
expect "serve 1 answer 2" "$answer" "old code that calls new"
works revector status "$pid"
expect_has "$output" "serve (thread $pid)" "who keeps old code, by status"
works revector revert "$pid" --all --consistency call
ask plain x
expect "serve 1 answer 1" "$answer" "reverted"
echo "marked loops take their next turn in new code; of others it is said who keeps the old"
