#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# forks.sh - a child that is born in the middle of an update gives up what its parent had in
# hand for it: the patch is unmapped, and the library that it was for can be unloaded.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >plug.c <<'C'
#include <unistd.h>
int plug_ends[2];
volatile int plug_is_inside;
__attribute__((noinline)) int plug_value(void)
{
    return 1;
}
__attribute__((noinline)) int plug_hold(void)
{
    char byte;
    plug_is_inside = 1;
    return (int)read(plug_ends[0], &byte, 1) + 1;
}
C
cat >main.c <<'C'
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int (*hold)(void);

static void *hold_on(void *unused)
{
    hold();
    return unused;
}

static int has_mapped(const char *name)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[1024];
    int found = 0;
    while (fgets(line, sizeof(line), maps))
        found |= strstr(line, name) != NULL;
    fclose(maps);
    return found;
}

/* 20 seconds are more than the agent needs. */
static void unload(void *plug)
{
    dlclose(plug);
    for (int n = 0; n < 2000 && (has_mapped("plug.so") || has_mapped(".rvp")); n++)
        usleep(10000);
    printf("library %d patch %d\n", has_mapped("plug.so"), has_mapped(".rvp"));
}

int main(void)
{
    void *plug = dlopen("./plug.so", RTLD_NOW);
    int (*value)(void) = (int (*)(void))dlsym(plug, "plug_value");
    int *ends = dlsym(plug, "plug_ends");
    volatile int *is_inside = dlsym(plug, "plug_is_inside");
    pthread_t thread;
    char line[64];
    pid_t child;

    hold = (int (*)(void))dlsym(plug, "plug_hold");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (pipe(ends))
        return 3;
    while (fgets(line, sizeof(line), stdin)) {
        *is_inside = 0;
        if (line[0] == 'h')
            pthread_create(&thread, NULL, hold_on, NULL);
        while (line[0] == 'h' && !*is_inside)
            usleep(1000);
        if (line[0] == 'r' && write(ends[1], "x", 1) == 1)
            pthread_join(thread, NULL);
        if (line[0] == 'f') {
            child = fork();
            if (child == 0) {
                printf("child %d value %d\n", getpid(), value());
                continue;
            }
            waitpid(child, NULL, 0);
        }
        if (line[0] == 'u')
            unload(plug);
        else if (line[0] == 'q')
            _exit(0);
        else
            printf("value %d\n", value());
    }
    return 0;
}
C
compile plug.so -shared -fPIC plug.c
compile main main.c -ldl -pthread
change plug.c 's/return 1;/return 2;/; s/1) + 1;/1) + 2;/'
revector build --for ./plug.so -o fix.rvp fix/plug.c >/dev/null 2>&1 || fail "cannot build"
cp fix.rvp plain.rvp
cat >>fix/plug.c <<'C'
#include <fcntl.h>
#include "revector/patch.h"
REVECTOR_PRE_APPLY static int takes_its_time(struct rv_hook *hook)
{
    (void)hook;
    close(creat("hook-runs", 0600));
    for (int n = 0; n < 2000 && access("hook-may-end", F_OK); n++)
        usleep(10000);
    return 0;
}
C
revector build --for ./plug.so -o slow.rvp fix/plug.c >/dev/null 2>&1 || fail "cannot build with a hook"
start main ./main
parent=$pid

# child VALUE WHEN: one is born now, has that version, and can unload everything.
child() {
    ask main f
    pid=${answer#child }
    pid=${pid%% *}
    started="$started $pid"
    expect "child $pid value $1" "$answer" "the child that was born $2"
    wait_for_agent "$pid"
    ask main u
    expect "library 0 patch 0" "$answer" "what the child that was born $2 has mapped at the end"
    ask main q # answers the parent
    printf 'a child that was born %s\n' "$2"
}

# while a hook of the patch runs, and nothing has begun
revector apply "$parent" slow.rvp >apply.out 2>&1 &
client=$!
eventually "the hook runs" test -e hook-runs
child 1 "during pre_apply"
touch hook-may-end
wait $client || fail "the update did not end: $(cat apply.out)"
works revector revert "$parent" --all

# while threads move, on either side
for side in 1 2; do
    ask main h
    revector apply "$parent" plain.rvp --timeout 20s >apply.out 2>&1 &
    client=$!
    until_status "$parent" "is inside plug_hold" # which keeps the update waiting
    [ $side = 1 ] || eventually "the thread that is about to fork has moved" answers main v "value 2"
    child $side "on side $side"
    ask main r
    wait $client || fail "the update did not end: $(cat apply.out)"
    works revector revert "$parent" --all
done
