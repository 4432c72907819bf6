/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_end.c - a program that ends with its last thread ends, although the agent is one.
 *
 * When main() calls pthread_exit(), the C library ends the process once its last
 * thread ends, and that would never be. So then a second thread is started, in
 * the program's own descriptor table, which flushes and ends what the program
 * left; the agent, which still finds /proc if the program has changed its root,
 * tells it when nobody else is left. Other programs never get that far.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t alone = PTHREAD_COND_INITIALIZER;
static int is_alone;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key; /* its destructor sees the main thread end */
static int has_key;

static void *end_process(void *unused)
{
    pthread_mutex_lock(&lock);
    while (!is_alone)
        pthread_cond_wait(&alone, &lock);
    pthread_mutex_unlock(&lock);
    exit(0); /* what the C library does in its last thread */
    return unused;
}

/* Runs in the main thread when it calls pthread_exit(); not when main() returns. */
static void main_thread_ends(void *unused)
{
    pthread_t thread;

    (void)unused;
    if (agent_thread(&thread, end_process))
        return;
    pthread_detach(thread);
    agent_watch_end();
}

static void make_key(void)
{
    has_key = !pthread_key_create(&key, main_thread_ends);
}

void agent_guard_end(void)
{
    if (gettid() != getpid())
        return;
    pthread_once(&once, make_key);
    if (has_key)
        pthread_setspecific(key, &key);
}

/* The state letter of the main thread, or 0. */
static char main_thread_state(void)
{
    char line[512] = "", *name_end;
    FILE *stat = fopen("/proc/self/stat", "re");

    if (stat && !fgets(line, sizeof(line), stat))
        line[0] = 0;
    if (stat)
        fclose(stat);
    name_end = strrchr(line, ')');
    return name_end && name_end[1] ? name_end[2] : 0;
}

void agent_end_if_alone(void)
{
    struct stat tasks;

    /* links: "." and "..", the main thread's remains, the agent, and the one that waits above */
    if (stat("/proc/self/task", &tasks) || tasks.st_nlink > 5 || main_thread_state() != 'Z')
        return;
    pthread_mutex_lock(&lock);
    is_alone = 1;
    pthread_cond_signal(&alone);
    pthread_mutex_unlock(&lock);
}
