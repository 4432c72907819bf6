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
__attribute__((noinline)) int plug_value(void)
{
    return 1;
}
__attribute__((noinline)) int plug_hold(void)
{
    char byte;
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

/* Three seconds are more than the agent needs. */
static void unload(void *plug)
{
    dlclose(plug);
    for (int n = 0; n < 300 && (has_mapped("plug.so") || has_mapped(".rvp")); n++)
        usleep(10000);
    printf("library %d patch %d\n", has_mapped("plug.so"), has_mapped(".rvp"));
}

int main(void)
{
    void *plug = dlopen("./plug.so", RTLD_NOW);
    int (*value)(void) = (int (*)(void))dlsym(plug, "plug_value");
    int *ends = dlsym(plug, "plug_ends");
    pthread_t thread;
    char line[64];
    pid_t child;

    hold = (int (*)(void))dlsym(plug, "plug_hold");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (pipe(ends))
        return 3;
    while (fgets(line, sizeof(line), stdin)) {
        if (line[0] == 'h')
            pthread_create(&thread, NULL, hold_on, NULL);
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
#include "revector/patch.h"
REVECTOR_PRE_APPLY static int takes_its_time(struct rv_hook *hook)
{
    (void)hook;
    sleep(1);
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
sleep 0.3
child 1 "during pre_apply"
wait $client || fail "the update did not end: $(cat apply.out)"
works revector revert "$parent" --all

# while threads move, on either side
for side in 1 2; do
    ask main h
    revector apply "$parent" plain.rvp --timeout 20s >apply.out 2>&1 &
    client=$!
    sleep 0.3
    [ $side = 1 ] || ask main v
    child $side "on side $side"
    ask main r
    wait $client || fail "the update did not end: $(cat apply.out)"
    works revector revert "$parent" --all
done
