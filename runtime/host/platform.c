/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * platform.c - the rest of the core's platform contract: lock, time, words.
 */
#define _GNU_SOURCE
#include "rv_platform.h"
#include "operate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * The core lock. Protects all state of runtime/core. Taken inside the dynamic
 * linker's lock (see gate.h for the others); inside it only the log's.
 */
static pthread_mutex_t core = PTHREAD_MUTEX_INITIALIZER;

void rv_platform_lock(void)
{
    pthread_mutex_lock(&core);
}

void rv_platform_unlock(void)
{
    pthread_mutex_unlock(&core);
}

uint32_t *rv_platform_stage(void)
{
    static __thread uint32_t stage;
    return &stage;
}

int32_t rv_platform_thread(void)
{
    return (int32_t)syscall(SYS_gettid);
}

uint64_t rv_platform_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void rv_platform_garbage(void)
{
    rv_agent_wake();
}

void rv_platform_registered(const struct rv_place *place)
{
    rv_operate_image(place);
}

void rv_platform_log(const char *line)
{
    rv_agent_note(line);
}

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* nobody listens; the core file will tell */
}

_Noreturn void rv_platform_panic(const char *line)
{
    say("revector: ");
    say(line);
    say("\n");
    abort();
}
