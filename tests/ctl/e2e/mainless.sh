#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# mainless.sh - the main thread has ended by pthread_exit and the others go on, blocked and
# running: an update comes into force, is taken back and unloaded as in any other program.
# /proc/PID shows neither memory nor descriptors of such a process.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >workers.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static int ends[2];
__attribute__((noinline)) int version(int x)
{
    return x + 1;
}
static void *wait_for_ever(void *unused)
{
    char byte;
    while (read(ends[0], &byte, 1) == 1)
        version(byte);
    return unused;
}
static void *serve(void *unused)
{
    char line[80];
    while (fgets(line, sizeof(line), stdin))
        printf("%d\n", version((int)strlen(line)));
    return unused;
}
int main(void)
{
    pthread_t threads[2];
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (pipe(ends) || pthread_create(&threads[0], NULL, wait_for_ever, NULL) ||
        pthread_create(&threads[1], NULL, serve, NULL))
        return 1;
    pthread_exit(NULL);
}
C
compile workers workers.c
start workers ./workers
main_has_ended() {
    grep -q '^State:.Z' "/proc/$pid/status"
}
eventually "the main thread ends" main_has_ended
ask workers x
expect 3 "$answer" "before"
change workers.c 's/return x + 1/return x + 101/'
works revector patch "$pid" fix/workers.c
ask workers x
expect 103 "$answer" "with the update"
until_status "$pid" "state        committed"
works revector revert "$pid" --all
ask workers x
expect 3 "$answer" "after the revert"
until_status "$pid" "no updates"
# by a thread's number: the main thread's has no maps any more
for task in "/proc/$pid/task"/*; do
    [ "$task" = "/proc/$pid/task/$pid" ] || maps=$task/maps
done
grep -q workers "$maps" || fail "the maps of a thread cannot be read"
grep '\.rvp' "$maps" && fail "the patch is still mapped"
works revector patch "$pid" --consistency process fix/workers.c
ask workers x
expect 103 "$answer" "with an update of all threads at once"
echo "updated without a main thread"
