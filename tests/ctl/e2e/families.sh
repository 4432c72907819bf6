#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# families.sh - a family gives an update up, and each process's row says its own reason: of the
# one that could not, and of those that could.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >prog.h <<'C'
struct item {
    int number;
};
C
cat >prog.c <<'C'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "prog.h"

struct item *item;
int refuse;

/* So long in the one that will refuse that apply's first answer is "moving". */
__attribute__((noinline)) int turn(void)
{
    usleep(refuse ? 1000000 : 1000);
    return item->number;
}

__attribute__((noinline)) void make(void)
{
    item = calloc(1, sizeof(*item));
}

int main(void)
{
    make();
    for (int n = 0; n < 3; n++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            refuse = n == 1 ? getpid() : 0;
            for (;;)
                turn();
        }
    return getchar() != 0;
}
C
mkdir fix
cat >fix/prog.h <<'C'
struct item {
    int number;
    long more;
};
#include "revector/transform.h"
struct item_was {
    int number;
};
REVECTOR_WAS(struct item, struct item_was);
C
cat prog.c - >fix/prog.c <<'C'
static int walk(struct rv_transform *t)
{
    return rv_transform_object(t, (const void *)item);
}
static int convert(struct rv_transform *t, const struct item_was *from, struct item *to)
{
    to->number = from->number;
    return refuse ? rv_transform_refuse(t, 7, "process %d is not ready", refuse) : 0;
}
static void point(struct rv_transform *t)
{
    item = rv_transform_moved(t, item);
}
REVECTOR_TRANSFORM(struct item, struct item_was, .walk = walk, .convert = convert, .point = point,
                   .allocate = malloc, .release = free);
C
compile prog -I. -I"$here/../../../runtime/include" prog.c
mv prog fickle
start fickle ./fickle
works revector build --for ./fickle -o fix.rvp fix/prog.c

# row PID KEY: of the table that apply has printed
row() {
    python3 -c '
import json, sys
print(next(m[sys.argv[2]] for m in json.load(open("rows"))["members"] if m["pid"] == int(sys.argv[1])))
' "$1" "$2"
}

eventually "three are born" test "$(pgrep -cx fickle)" = 4
revector apply fickle fix.rvp --consistency process --json >rows 2>err && fail "one cannot: $(cat rows)"
last=$(sed -n 's/.*process \([0-9]*\) is not ready.*/\1/p' err)
expect_has "$(cat err)" "1 of 4: process $last: " "who refuses ($(cat err rows))"
for process in $(pgrep -x fickle); do
    if [ "$process" = "$last" ]; then
        expect refused "$(row "$process" state)" "state of the one that refuses"
        expect_has "$(row "$process" reason)" "struct item: process $last is not ready (7)" "its reason"
    else
        expect undone "$(row "$process" state)" "state of another"
        expect "process $last could not take it" "$(row "$process" reason)" "why another has not taken it"
    fi
    status_has "$process" "state        committed" && fail "process $process has it"
done
grep -q 'could move in time' err rows && fail "it was not a matter of time: $(cat err rows)"
echo "families: each says why"
