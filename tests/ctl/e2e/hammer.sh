#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# hammer.sh - updates while all threads hold the locks of malloc, stdio and the dynamic
# linker as often as they can: none waits for ever, and no temporary file stays.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >hammer.c <<'C'
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile unsigned long work[4];

__attribute__((noinline)) int version(void)
{
    volatile int mine = 1; /* nobody else is changed with it */
    return mine;
}

static void *allocate(void *mine)
{
    for (;;) {
        free(malloc((size_t)version() * 5000));
        ++*(volatile unsigned long *)mine;
    }
    return mine;
}

static void *load(void *mine)
{
    for (;;) {
        void *handle = dlopen("libm.so.6", RTLD_NOW);
        if (version() && handle)
            dlclose(handle);
        ++*(volatile unsigned long *)mine;
    }
    return mine;
}

static void *print(void *mine)
{
    char text[32];
    for (;;) {
        snprintf(text, sizeof(text), "%d %f", version(), 1.5);
        FILE *null = fopen("/dev/null", "w");
        fputs(text, null);
        fclose(null);
        ++*(volatile unsigned long *)mine;
    }
    return mine;
}

int main(void)
{
    void *(*const bodies[])(void *) = {allocate, load, print};
    char line[8];

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int n = 0; n < 15; n++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, bodies[n % 3], (void *)&work[n % 3]))
            return 3;
    }
    while (fgets(line, sizeof(line), stdin))
        printf("%d %s\n", version(), work[0] && work[1] && work[2] ? "busy" : "idle");
    return 0;
}
C
mkdir tmp
export TMPDIR=$work/tmp
compile hammer hammer.c -pthread
change hammer.c 's/mine = 1;/mine = 2;/'
start hammer ./hammer
works revector patch "$pid" fix/hammer.c
works revector revert "$pid" --all
revector build --for ./hammer -o fix.rvp fix/hammer.c >/dev/null 2>&1 || fail "cannot build"
for round in $(seq 15); do
    works timeout 20 revector apply "$pid" fix.rvp
    ask hammer v
    expect "2 busy" "$answer" "after update $round"
    works timeout 20 revector revert "$pid" --all
    ask hammer v
    expect "1 busy" "$answer" "after revert $round"
done
expect "" "$(ls tmp)" "temporary files"
echo "15 updates and reverts under 15 threads that hold every lock of the C library"
