#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# off.sh - a process without an agent: by environment, by API; and the program
# ends as it would without one.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cp "$here"/prog.c "$here"/prog.h "$here"/other.c .
compile prog prog.c other.c
change prog.c 's/return x;/return x + 1000;/'
revector build --for ./prog -o fix.rvp fix/prog.c >/dev/null 2>&1 || fail "cannot build"

mkfifo in
REVECTOR=off ./prog <in >out &
pid=$!
disown
started=$pid
exec {to}>in
printf 'new 5\n' >&"$to"
eventually "an answer of a program without an agent" test -s out
expect 5 "$(cat out)" "a program without an agent"
expect 1 "$(ls "/proc/$pid/task" | wc -l)" "threads of a program without an agent"
refused 1 "REVECTOR=off" revector apply "$pid" fix.rvp
refused 1 "REVECTOR=off" revector status "$pid"

cat >api.c <<'C'
#include <stdio.h>
#include <unistd.h>
#include <sys/wait.h>
#include "revector/revector.h"
int main(void)
{
    rv_agent_disable();
    if (fork() == 0) {
        printf("child\n");
        fflush(stdout);
        pause();
    }
    printf("parent\n");
    fflush(stdout);
    pause();
}
C
compile api -I"$here/../../../runtime/include" api.c
./api >out &
pid=$!
disown
started="$started $pid"
both_speak() {
    [ "$(wc -l <out)" = 2 ]
}
eventually "parent and child speak" both_speak
child=$(cat "/proc/$pid/task/$pid/children" | tr -d ' ')
started="$started $child"
for process in $pid $child; do
    expect 1 "$(ls "/proc/$process/task" | wc -l)" "threads after rv_agent_disable()"
    refused 1 "opted out" revector status "$process"
done

# the last thread of the program ends the process, although the agent is one too
cat >threads.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static void *work(void *unused)
{
    usleep(300000);
    puts("last");
    return unused;
}
int main(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, work, NULL);
    pthread_detach(thread);
    pthread_exit(NULL);
}
C
compile threads threads.c
timeout 20 ./threads >out || fail "a program that ends with its last thread ended with $?"
expect last "$(cat out)" "its output"

# and an exit code goes through
printf 'int main(void) { return 42; }\n' >code.c
compile code code.c
timeout 20 ./code
expect 42 $? "exit status of a program with an agent"
echo "no agent where none is wanted; programs end as they should"
