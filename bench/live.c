/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.c - a program that is updated while it notices what that costs it.
 *
 * Built by revector-cc; bench/live.py drives it. Worker threads call answer() and
 * sleep in turns; one thread, SCHED_FIFO if it may, does nothing but read the
 * clock. Commands on standard input, each answered by one line:
 *
 *   answer   what answer(0) returns now
 *   watch MS the largest gap, in ns, between two readings of the clock within MS ms
 *   calls N  ns per call of answer(), over N calls
 */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int answer(int x);

__attribute__((noinline)) int answer(int x)
{
    return x + 1; /* the patch: x + 2 */
}

/* A call through the table: who runs and calls nothing keeps an update waiting. */
__attribute__((revector_method)) static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void *work(void *sum)
{
    for (;;) {
        for (int i = 0; i < 20000; i++)
            *(volatile int *)sum = answer(i);
        usleep(200);
    }
}

static void *watch(void *ms)
{
    const struct sched_param highest = {.sched_priority = sched_get_priority_max(SCHED_FIFO)};
    static uint64_t gap;
    uint64_t before, end, t;

    pthread_setschedparam(pthread_self(), SCHED_FIFO, &highest); /* refused: as it is */
    gap = 0;
    before = now();
    end = before + *(const uint64_t *)ms * 1000000;
    while ((t = now()) < end) {
        if (t - before > gap)
            gap = t - before;
        before = t;
    }
    return &gap;
}

static uint64_t largest_gap(uint64_t ms)
{
    pthread_t thread;
    void *gap;
    pthread_create(&thread, NULL, watch, &ms);
    pthread_join(thread, &gap);
    return *(const uint64_t *)gap;
}

static double call_cost(long calls)
{
    volatile int sum = 0;
    uint64_t start = now();
    for (long i = 0; i < calls; i++)
        sum = answer(sum);
    return (double)(now() - start) / (double)calls;
}

int main(int argc, char **argv)
{
    int workers = argc > 1 ? atoi(argv[1]) : 4;
    static int sums[1024];
    char command[32];
    long n;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < workers && i < 1024; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, work, &sums[i]);
    }
    while (scanf("%31s", command) == 1) {
        if (strcmp(command, "answer") == 0)
            printf("%d\n", answer(0));
        else if (strcmp(command, "watch") == 0 && scanf("%ld", &n) == 1)
            printf("%llu\n", (unsigned long long)largest_gap((uint64_t)n));
        else if (strcmp(command, "calls") == 0 && scanf("%ld", &n) == 1)
            printf("%.3f\n", call_cost(n));
    }
    return 0;
}
