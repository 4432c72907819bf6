/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * storm.c - 64 threads call without end, others are born and die, signals
 * interrupt them, while patch files are applied, reverted and unloaded, round after round.
 *
 *   runtime-storm [ROUNDS]     default 100; a tenth of them more per call
 *
 * First `thread` consistency: no call is mixed, one of a signal handler on top of
 * it included. Then `call` consistency: each function is old or new. In both, a call
 * that began and ended while nothing was under way is wholly of what is in force.
 * At the end the process holds what it held after 10 rounds. Prints one line of
 * figures; exit status 1 and a line on the first wrong result. With sanitizers memory is
 * looked at when all is over: they make calls so slow that threads which hardly pause are
 * hardly ever seen outside of the code that is to go.
 */
#define _GNU_SOURCE
#include "revector/revector.h"
#include "subject.h"
#include "tablewalk/tw_atomic.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CALLERS   64
#define ROUNDS    100
#define PAUSE_US  3000
#define EAGER     2   /* of these, who hardly ever pause */
#define BURST     200 /* calls between two pauses */
#define WARM      10  /* rounds before memory is looked at */
#define GROWTH_KB 256
#define STACK     0x40000

static uint32_t stop, strict = 1;
static uint64_t calls, births, signals;
/* What is in force: round << 2 | version; 0 while that changes. */
static uint64_t in_force;
static __thread struct subject_call now;
static pthread_t callers[CALLERS];
static pthread_attr_t small;

static void fail(const char *what, unsigned long got)
{
    printf("wrong: %s: %lx\n", what, got);
    fflush(stdout);
    _exit(1);
}

static void check(uint32_t seen, uint64_t before)
{
    if (!seen || seen & ~7u)
        fail("a call landed nowhere", seen);
    if (tw_load32_acquire(&strict) && seen & (seen - 1))
        fail("a mixed call", seen);
    if (before && before == tw_load_acquire(&in_force) && seen != 1u << (before & 3))
        fail("a call of what is not in force", seen << 4 | (before & 3));
}

static void call_once(void)
{
    uint64_t before = tw_load_acquire(&in_force);

    now.seen = 0;
    outer(&now);
    check(now.seen, before);
}

/* Inside a call it is part of it, and what it does shows there. */
static void on_signal(int number)
{
    struct subject_call own = {0};

    (void)number;
    if (now.inside) {
        inner(&now);
        return;
    }
    outer(&own);
    check(own.seen, 0);
}

static void *call_for_ever(void *eager)
{
    const int burst = eager ? 20 * BURST : BURST;

    while (!tw_load32_acquire(&stop)) {
        for (int n = 0; n < burst; n++)
            call_once();
        tw_add_relaxed(&calls, (uint64_t)burst);
        usleep(PAUSE_US);
    }
    return NULL;
}

static void *live_shortly(void *unused)
{
    for (int n = 0; n < 20; n++)
        call_once();
    tw_add_relaxed(&births, 1);
    return unused;
}

static void *bear(void *unused)
{
    while (!tw_load32_acquire(&stop)) {
        pthread_t child;
        if (pthread_create(&child, &small, live_shortly, NULL) == 0)
            pthread_join(child, NULL);
        usleep(PAUSE_US / 3);
    }
    return unused;
}

static void *interrupt(void *unused)
{
    for (unsigned n = 0; !tw_load32_acquire(&stop); n++) {
        pthread_kill(callers[n % CALLERS], SIGUSR1);
        tw_add_relaxed(&signals, 1);
        usleep(PAUSE_US / 10);
    }
    return unused;
}

/* ---- updates ---- */

static char paths[2][64];
static struct rv_apply_options options = {.size = sizeof(options), .timeout_ms = 60000};

static void must(int error, const char *what)
{
    if (error) {
        printf("%s: %s\n", what, rv_error_text(error));
        fail(what, (unsigned long)-error);
    }
}

static void expect(unsigned version)
{
    struct subject_call call = {0};

    outer(&call);
    if (call.seen != 1u << version)
        fail("the updater's own call", call.seen);
}

static void one_round(uint64_t round)
{
    const unsigned version = 1 + round % 2;
    uint32_t id;

    tw_store_release(&in_force, 0);
    must(rv_apply(paths[version - 1], &options, &id), "apply");
    expect(version);
    tw_store_release(&in_force, round << 2 | version);
    usleep(200);
    tw_store_release(&in_force, 0);
    must(rv_revert(id, &options), "revert");
    expect(0);
    tw_store_release(&in_force, round << 2);
    (void)rv_reclaim();
}

/* Kilobytes, when nothing is left to be reclaimed; 0: see above. */
static long memory_held(void)
{
    if (subject_is_sanitized())
        return 0;
    subject_reclaim(30000);
    return subject_rss();
}

static void make_patches(char *folder)
{
    static const char *const kinds[] = {"first", "second"};

    if (!mkdtemp(folder))
        exit(2);
    for (int n = 0; n < 2; n++) {
        snprintf(paths[n], sizeof(paths[n]), "%s/%s.rvp", folder, kinds[n]);
        subject_patch(kinds[n], paths[n]);
    }
}

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    const uint64_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;
    char folder[] = "/tmp/revector-storm-XXXXXX";
    const double start = seconds();
    pthread_t others[2];
    long held_early = 0, held;

    signal(SIGUSR1, on_signal);
    make_patches(folder);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK);
    for (long n = 0; n < CALLERS; n++)
        pthread_create(&callers[n], &small, call_for_ever, (void *)(n < EAGER ? 1L : 0));
    pthread_create(&others[0], NULL, bear, NULL);
    pthread_create(&others[1], NULL, interrupt, NULL);
    for (uint64_t n = 1; n <= rounds; n++) {
        one_round(n);
        if (n == WARM)
            held_early = memory_held();
    }
    tw_store32_release(&strict, 0);
    options.consistency = RV_APPLY_PER_CALL;
    for (uint64_t n = rounds + 1; n <= rounds + rounds / 10; n++)
        one_round(n);
    held = memory_held();
    tw_store32_release(&stop, 1);
    pthread_join(others[1], NULL); /* before those that it interrupts */
    pthread_join(others[0], NULL);
    for (int n = 0; n < CALLERS; n++)
        pthread_join(callers[n], NULL);
    subject_reclaim(30000);
    printf("%lu rounds per thread and %lu per call in %.0f s, %lu calls, %lu births, %lu signals, "
           "%ld kB held after %d rounds, %ld after all\n",
           (unsigned long)rounds, (unsigned long)rounds / 10, seconds() - start,
           (unsigned long)calls, (unsigned long)births, (unsigned long)signals, held_early, WARM,
           held);
    for (int n = 0; n < 2; n++)
        unlink(paths[n]);
    rmdir(folder);
    if (held > held_early + GROWTH_KB)
        fail("memory grows", (unsigned long)(held - held_early));
    return !calls || !births || !signals || subject_has_mapped(folder);
}
