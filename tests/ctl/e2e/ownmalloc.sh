#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ownmalloc.sh - a program whose malloc is its own, and a method: libraries call it before any
# constructor of the program has run, and it can be replaced while all call it, the agent too.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >own.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char arena[64 << 20] __attribute__((aligned(16)));
static size_t used;
static volatile int version, early, in_constructor;

/* Its size is in front of each piece. */
void *malloc(size_t size)
{
    size_t at = __atomic_fetch_add(&used, ((size + 15) & ~(size_t)15) + 16, __ATOMIC_RELAXED);
    if (at + size + 16 > sizeof(arena))
        return NULL;
    version = 1;
    early += !in_constructor;
    *(size_t *)(void *)(arena + at) = size;
    return arena + at + 16;
}

void free(void *piece)
{
    (void)piece;
}

void *calloc(size_t count, size_t size)
{
    void *piece = malloc(count * size);
    return piece ? memset(piece, 0, count * size) : NULL;
}

void *realloc(void *old, size_t size)
{
    void *piece = malloc(size);
    size_t before = old ? ((size_t *)old)[-2] : 0;
    if (piece)
        memcpy(piece, old ? old : "", before < size ? before : size);
    return piece;
}

__attribute__((constructor)) static void begin(void)
{
    in_constructor = 1;
}

static void *churn(void *unused)
{
    for (;; usleep(100)) {
        char *volatile piece = malloc(10);
        *piece = 1;
    }
    return unused;
}

int main(void)
{
    pthread_t thread;
    char line[16];

    setvbuf(stdout, NULL, _IONBF, 0);
    pthread_create(&thread, NULL, churn, NULL);
    while (fgets(line, sizeof(line), stdin)) {
        char *volatile piece = malloc(100);
        *piece = 1;
        printf("version %d, called %s\n", version, early ? "early" : "late");
    }
}
C
cat >early.c <<'C'
#include <stdlib.h>

__attribute__((constructor)) static void begin(void)
{
    char *volatile piece = malloc(10); /* volatile, or it is not called at all */
    *piece = 1;
}
C
clang-19 -O2 -fPIC -shared early.c -o libearly.so 2>cc.err || fail "cannot compile: $(cat cc.err)"
compile own own.c -pthread -Wl,--no-as-needed "$work/libearly.so"
change own.c 's/version = 1/version = 2/'
revector build --for ./own -o fix.rvp fix/own.c >/dev/null 2>&1 || fail "cannot build"
start own ./own
for kind in thread process call; do
    ask own x
    expect "version 1, called early" "$answer" "before an update in $kind consistency"
    works timeout 20 revector apply "$pid" fix.rvp --consistency $kind
    ask own x
    expect "version 2, called early" "$answer" "after it"
    works timeout 20 revector revert "$pid" --all --consistency $kind
done
ask own x
expect "version 1, called early" "$answer" "at the end"
echo "a malloc that is a method: called before constructors, replaced under calls"
