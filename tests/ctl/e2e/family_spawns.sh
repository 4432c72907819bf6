#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# family_spawns.sh - workers that run other programs all the time: a child has their name until it
# is the other program, and then it is none of the family, whatever it has been asked.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >spawns.c <<'C'
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) int answer(void)
{
    return 1;
}

/* A moment in which the child is asked as one of the family. */
static void run_another(void)
{
    if (fork() == 0) {
        usleep(3000);
        execl("/bin/sleep", "another", "0.02", (char *)0);
        _exit(1);
    }
    wait(NULL);
}

int main(void)
{
    char line[8];

    setvbuf(stdin, NULL, _IONBF, 0);
    for (int n = 0; n < 4; n++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                run_another();
        }
    while (fgets(line, sizeof(line), stdin)) {
        printf("answer %d\n", answer());
        fflush(stdout);
    }
    return 0;
}
C
compile spawns spawns.c
start spawns ./spawns
change spawns.c 's/return 1;/return 2;/'
works revector build --for ./spawns -o fix.rvp fix/spawns.c

for round in $(seq 20); do
    works revector apply spawns fix.rvp
    ask spawns v
    expect "answer 2" "$answer" "after update $round"
    works revector revert spawns --all
    ask spawns v
    expect "answer 1" "$answer" "after revert $round"
done
echo "families whose children become other programs: 20 updates"
