/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * platform.c - the rest of the core's platform contract: lock, time, words, waiting.
 */
#define _GNU_SOURCE
#include "rv_platform.h"
#include "contexts.h"
#include "host.h"
#include "operate.h"
#include "operation.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
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

/* POSIX has no word for it, but in glibc this is one compare-and-swap. */
int rv_platform_try_lock(void)
{
    return pthread_mutex_trylock(&core) == 0;
}

static struct rv_context *here(void)
{
    return rv_context_here((uintptr_t)__builtin_frame_address(0));
}

static __thread struct rv_side own_side; /* on the stack that the thread was born with */

struct rv_side *rv_platform_side(void)
{
    struct rv_context *context = here();

    return context ? rv_context_side(context) : &own_side;
}

void rv_platform_sides(void (*visit)(const struct rv_side *side, void *context), void *argument)
{
    visit(&own_side, argument);
    rv_contexts_sides(visit, argument);
}

/* Not futex's other forms: the word is the process's own, and nobody counts how often. */
int rv_platform_wait(const uint32_t *word, uint32_t value)
{
    const int kept = errno;

    if (rv_operation_is_mine() || rv_agent_is_self())
        return 0;
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
    errno = kept;
    return 1;
}

void rv_platform_wake(const uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

int32_t rv_platform_thread(void)
{
    struct rv_context *context = here();

    return context ? rv_context_number(context) : (int32_t)syscall(SYS_gettid);
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
