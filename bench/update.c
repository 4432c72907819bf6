/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * update.c - a program that updates itself and measures what each thread loses.
 *
 *   update PATCH     bench/update.py builds both and drives it
 *
 * Commands on standard input:
 *
 *   threads N      starts N threads that block for ever, in turns in poll, in a wait for
 *                  a condition and in nanosleep
 *   apply N        N lines: ns that rv_apply and rv_revert take with `thread`
 *                  consistency, then the same two with `call`; the two take turns
 *   check N DEPTH  N lines, each of an update that a busy thread, DEPTH frames deep, meets:
 *                  ns of the call that brings it to the new code, of the median call
 *                  after it, and ns above that median of all calls meanwhile
 *   rounds N       N rounds of apply and revert; answers when their garbage is freed
 */
#include "revector/revector.h"
#include "tablewalk/tw_atomic.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define AFTER 2048u /* calls from which the median is taken */

int answer(int x);

__attribute__((noinline)) int answer(int x)
{
    return x + 1; /* the patch: x + 2 */
}

static const char *patch;

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- updates ---- */

static void must(int error, const char *what)
{
    if (error) {
        fprintf(stderr, "%s: %s\n", what, rv_error_text(error));
        exit(1);
    }
}

/* Both in nanoseconds. */
static void round_trip(uint32_t consistency, uint64_t *apply, uint64_t *revert)
{
    const struct rv_apply_options options = {.size = sizeof(options), .consistency = consistency};
    uint64_t start = now(), middle, end;
    uint32_t id;

    must(rv_apply(patch, &options, &id), "apply");
    middle = now();
    if (answer(0) != 2)
        must(RV_ENOCHANGE, "apply");
    *apply = middle - start;
    middle = now();
    must(rv_revert(id, &options), "revert");
    end = now();
    *revert = end - middle;
}

static void reclaim(void)
{
    for (int n = 0; rv_reclaim() && n < 10000; n++)
        usleep(100);
}

static void measure_applies(long count)
{
    uint64_t ns[4];

    for (long n = 0; n < count; n++) {
        round_trip(RV_APPLY_PER_THREAD, &ns[0], &ns[1]);
        reclaim();
        round_trip(RV_APPLY_PER_CALL, &ns[2], &ns[3]);
        reclaim();
        printf("%lu %lu %lu %lu\n", ns[0], ns[1], ns[2], ns[3]);
    }
}

static void measure_rounds(long count)
{
    uint64_t apply, revert;

    for (long n = 0; n < count; n++) {
        round_trip(RV_APPLY_PER_THREAD, &apply, &revert);
        (void)rv_reclaim();
    }
    reclaim();
    printf("%zu\n", rv_reclaim());
}

/* ---- threads that block ---- */

static void *block(void *how)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    const struct timespec year = {.tv_sec = 365 * 86400};

    (void)answer(0);
    if ((intptr_t)how % 3 == 0)
        poll(NULL, 0, -1);
    if ((intptr_t)how % 3 == 1)
        nanosleep(&year, NULL);
    pthread_mutex_lock(&lock);
    for (;;)
        pthread_cond_wait(&never, &lock);
}

static void start_threads(long count)
{
    for (long n = 0; n < count; n++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, block, (void *)n))
            must(RV_ENOMEM, "threads");
    }
    usleep(100000);
    printf("%ld\n", count);
}

/* ---- a thread that runs ---- */

enum { IDLE, WATCH, STOP };

static struct {
    uint32_t order;                  /* what it is to do */
    uint32_t state;                  /* what it does */
    uint64_t first, meanwhile, calls; /* of the present watch: first new call, all calls */
    uint32_t after[AFTER];           /* ns of each call after the new one */
    uint32_t after_count;
} runner;

static void note(uint64_t ns, int result)
{
    runner.meanwhile += ns;
    runner.calls++;
    if (result == 2 && !runner.first)
        runner.first = ns;
    else if (result == 2 && runner.after_count < AFTER)
        runner.after[runner.after_count++] = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
}

static void watch(void)
{
    runner.first = runner.meanwhile = runner.calls = runner.after_count = 0;
    tw_store32_release(&runner.state, WATCH);
    while (tw_load32_acquire(&runner.order) == WATCH || runner.after_count < AFTER) {
        uint64_t start = now();
        int result = answer(0);
        note(now() - start, result);
    }
    tw_store32_release(&runner.state, IDLE);
}

static void run(void)
{
    uint32_t order;

    while ((order = tw_load32_acquire(&runner.order)) != STOP)
        if (order == WATCH)
            watch();
        else
            usleep(100);
}

/* `depth` frames with the caller's, and nothing that a compiler could make a loop of. */
static __attribute__((noinline)) void descend(long depth)
{
    if (depth > 2)
        descend(depth - 1);
    else
        run();
    __asm__ volatile("" ::: "memory");
}

static void *start_runner(void *depth)
{
    descend((intptr_t)depth);
    __asm__ volatile("" ::: "memory");
    return NULL;
}

static void await(uint32_t state)
{
    while (tw_load32_acquire(&runner.state) != state)
        usleep(10);
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void print_check(void)
{
    uint32_t median;

    qsort(runner.after, AFTER, sizeof(runner.after[0]), by_size);
    median = runner.after[AFTER / 2];
    printf("%lu %u %ld\n", runner.first, median, (long)(runner.meanwhile - runner.calls * median));
}

static void measure_checks(long count, long depth)
{
    const struct rv_apply_options options = {.size = sizeof(options)};
    pthread_t thread;
    uint32_t id;

    tw_store32_release(&runner.order, IDLE);
    if (pthread_create(&thread, NULL, start_runner, (void *)depth))
        must(RV_ENOMEM, "check");
    for (long n = 0; n < count; n++) {
        tw_store32_release(&runner.order, WATCH);
        await(WATCH);
        must(rv_apply(patch, &options, &id), "apply");
        tw_store32_release(&runner.order, IDLE);
        await(IDLE);
        print_check();
        must(rv_revert(id, &options), "revert");
        reclaim();
    }
    tw_store32_release(&runner.order, STOP);
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    char command[32];
    long n, depth;

    if (argc != 2 || argv[1][0] == '-') {
        fprintf(stderr, "usage: update PATCH; bench/update.py builds and drives it\n");
        return 2;
    }
    patch = argv[1];
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (scanf("%31s %ld", command, &n) == 2) {
        if (strcmp(command, "threads") == 0)
            start_threads(n);
        else if (strcmp(command, "apply") == 0)
            measure_applies(n);
        else if (strcmp(command, "check") == 0 && scanf("%ld", &depth) == 1)
            measure_checks(n, depth);
        else if (strcmp(command, "rounds") == 0)
            measure_rounds(n);
    }
    return 0;
}
