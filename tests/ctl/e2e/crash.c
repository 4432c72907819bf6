/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash.c - four threads call work() all the time; lines on stdin say what to do.
 *
 *   arm N      the next call with this number does what the patch does with it
 *   old        a null pointer in a function that is never patched
 *   calls      "calls OLD NEW": how many of each since the last "calls"
 *   mine       from now on the program handles SIGSEGV itself: a thread gets out by siglongjmp
 *   after      whose handler SIGSEGV has
 *   fork       goes on in a child, which has one thread, and says its pid
 *
 * With an argument each thread has an alternate stack.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int base;
static int armed; /* under lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long calls[2]; /* under lock */
static volatile long caught;
static __thread sigjmp_buf way_out;
static __thread volatile sig_atomic_t has_way_out;

__attribute__((noinline)) void crash(volatile int *where)
{
    *where = 1;
}

__attribute__((noinline)) int down(int depth)
{
    return depth;
}

/* What the patch adds crashes if `how` says so. */
__attribute__((noinline)) int work(int how)
{
    if (how == 9)
        sleep(3);
    return base + how * 0;
}

static void escape(int number)
{
    (void)number;
    caught = caught + 1;
    if (has_way_out)
        siglongjmp(way_out, 1);
}

static int take_order(void)
{
    int order;

    pthread_mutex_lock(&lock);
    order = armed;
    armed = 0;
    pthread_mutex_unlock(&lock);
    return order;
}

static void count(int result)
{
    pthread_mutex_lock(&lock);
    calls[result & 1]++;
    pthread_mutex_unlock(&lock);
}

static void say_calls(void)
{
    pthread_mutex_lock(&lock);
    printf("calls %ld %ld caught %ld\n", calls[0], calls[1], caught);
    calls[0] = calls[1] = 0;
    pthread_mutex_unlock(&lock);
}

static int is_armed(void)
{
    int order;

    pthread_mutex_lock(&lock);
    order = armed;
    pthread_mutex_unlock(&lock);
    return order != 0;
}

/* With 9, until somebody sleeps in it. */
static void arm(int order)
{
    pthread_mutex_lock(&lock);
    armed = order;
    pthread_mutex_unlock(&lock);
    while (order == 9 && is_armed())
        usleep(1000);
    printf("armed\n");
}

static void turn(void)
{
    has_way_out = 1;
    if (!sigsetjmp(way_out, 1))
        count(work(take_order()));
    has_way_out = 0;
    usleep(200);
}

static void *run(void *argument)
{
    stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};

    if (argument)
        sigaltstack(&stack, NULL);
    for (;;)
        turn();
    return NULL;
}

static void handle_faults(void)
{
    struct sigaction action = {.sa_handler = escape, .sa_flags = SA_ONSTACK | SA_RESTART};

    sigaction(SIGSEGV, &action, NULL);
}

static void obey(const char *line)
{
    struct sigaction now;
    int order;

    if (sscanf(line, "arm %d", &order) == 1)
        arm(order);
    else if (!strcmp(line, "calls\n"))
        say_calls();
    else if (!strcmp(line, "old\n")) {
        has_way_out = 1;
        if (!sigsetjmp(way_out, 1))
            crash(NULL);
        has_way_out = 0;
        printf("alive\n");
    } else if (!strcmp(line, "mine\n")) {
        handle_faults();
        printf("mine\n");
    } else if (!strcmp(line, "fork\n")) {
        if (fork())
            pause();
        pthread_mutex_init(&lock, NULL);
        pthread_create(&(pthread_t){0}, NULL, run, NULL);
        printf("%d\n", getpid());
    } else if (!strcmp(line, "after\n")) {
        sigaction(SIGSEGV, NULL, &now);
        printf("%s\n", now.sa_handler == escape ? "mine" : now.sa_handler ? "other" : "default");
    } else {
        printf("what?\n");
    }
}

int main(int argc, char **argv)
{
    pthread_t thread;
    char line[64];

    (void)argv;
    for (int n = 0; n < 4; n++)
        pthread_create(&thread, NULL, run, argc > 1 ? (void *)1 : NULL);
    while (fgets(line, sizeof(line), stdin)) {
        obey(line);
        fflush(stdout);
    }
    return 0;
}
