#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# parent.sh - whoever waits for a process does not notice that it is updated: it is never stopped
# nor continued, gets no signal, and ends as it would.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >child.c <<'C'
#include <stdio.h>
#include <unistd.h>

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
        printf("%d %d\n", (int)getpid(), answer(0));
    return 5;
}
C
# All that becomes of the child, a line each.
cat >parent.c <<'C'
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    pid_t child = count > 1 ? fork() : -1;
    int status = 0;

    if (child == 0)
        execv(arguments[1], arguments + 1);
    while (child > 0 && waitpid(child, &status, WUNTRACED | WCONTINUED) == child) {
        if (WIFSTOPPED(status) || WIFCONTINUED(status))
            fprintf(stderr, "%s\n", WIFSTOPPED(status) ? "stopped" : "continued");
        else
            child = 0;
    }
    fprintf(stderr, "status %x\n", status);
    return 0;
}
C
compile child child.c
change child.c 's/mine = 1/mine = 2/'
revector build --for ./child -o fix.rvp fix/child.c >/dev/null 2>&1 || fail "cannot build"
clang-19 -O2 parent.c -o parent 2>cc.err || fail "cannot compile: $(cat cc.err)"

mkfifo in out
./parent ./child <in >out 2>events &
parent=$!
disown
started=$parent
# shellcheck disable=SC2034 # ask uses them
exec {family_to}>in {family_from}<out
ask family x
child=${answer% *}
started="$child $started"
wait_for_agent "$child"
for round in $(seq 32); do
    works revector apply "$child" fix.rvp
    ask family x
    expect "$child 2" "$answer" "after update $round"
    works revector revert "$child" --all
    ask family x
    expect "$child 1" "$answer" "after revert $round"
done
expect "" "$(cat events)" "what the parent has seen"
kill -STOP "$child"
eventually "the parent sees what happens" grep -q stopped events
kill -CONT "$child"
eventually "the parent sees what happens" grep -q continued events
eval "exec $family_to>&-"
eventually "the child ends as it would" grep -q 'status 500' events
echo "32 updates and reverts that the parent saw nothing of"
