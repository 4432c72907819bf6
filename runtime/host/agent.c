/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent.c - the life of the agent's thread.
 *
 * It is started from librevector's constructor and again in the child of each
 * fork, and ends when the program says rv_agent_disable() or ends. All signals
 * are blocked in it (the C library keeps its own two open, so that setuid() of
 * the program reaches this thread too). While nobody asks it sleeps in poll().
 *
 * To wake it, other threads connect to its socket: its descriptor table is its
 * own, so there is no other descriptor that both have.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "control/turns.h"
#include "tablewalk/tw_atomic.h"

#define STACK_SIZE (256u * 1024) /* address space; a page or two are touched */

static __thread int is_self;

static struct {
    pthread_mutex_t lock; /* protects name, thread, is_running, is_settled; taken with other
                             locks held, takes only the log's */
    pthread_cond_t settled; /* is_settled has become 1 */
    pthread_t thread;
    int is_running, is_settled;
    char name[64];
    uint32_t order, woken; /* atomic */
    uint32_t disabled;     /* atomic; for good */
} agent = {.lock = PTHREAD_MUTEX_INITIALIZER, .settled = PTHREAD_COND_INITIALIZER};

enum agent_order agent_order(void)
{
    return tw_load32_acquire(&agent.order);
}

int agent_take_wake(void)
{
    return (int)tw_exchange32_acq_rel(&agent.woken, 0);
}

int agent_is_woken(void)
{
    return tw_load32_acquire(&agent.woken) != 0;
}

void agent_set_name(const char *name)
{
    pthread_mutex_lock(&agent.lock);
    memccpy(agent.name, name, 0, sizeof(agent.name));
    pthread_mutex_unlock(&agent.lock);
}

static void say_settled(void)
{
    pthread_mutex_lock(&agent.lock);
    agent.is_settled = 1;
    pthread_cond_signal(&agent.settled);
    pthread_mutex_unlock(&agent.lock);
}

/*
 * The program may change its root right after we return, and the new thread still
 * has it in common with us until it has settled. A starved one is not waited for.
 */
static void wait_until_settled_locked(void)
{
    struct timespec limit;
    int error = 0;

    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 1;
    while (!agent.is_settled && !error)
        error = pthread_cond_timedwait(&agent.settled, &agent.lock, &limit);
}

static void *run(void *unused)
{
    int is_private = agent_privatise();

    (void)unused;
    say_settled();
    rv_ctl_short_turns();
    is_self = 1;
    pthread_setname_np(pthread_self(), "revector");
    if (!is_private)
        agent_log("the system refuses descriptors of its own to the agent: updates end if the "
                  "program closes descriptors that it did not open");
    agent_log_open();
    agent_loop();
    agent_set_name("");
    return NULL;
}

/* A thread with the stack that we ask for, or a larger one where thread-locals need more. */
static int create_thread(pthread_t *thread, void *(*body)(void *))
{
    pthread_attr_t attributes;
    int error = EINVAL;

    pthread_attr_init(&attributes);
    for (size_t size = STACK_SIZE; error == EINVAL && size <= STACK_SIZE << 10; size *= 4) {
        pthread_attr_setstacksize(&attributes, size);
        error = pthread_create(thread, &attributes, body, NULL);
    }
    pthread_attr_destroy(&attributes);
    return error;
}

int agent_thread(pthread_t *thread, void *(*body)(void *))
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = create_thread(thread, body);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

/* ---- waking ---- */

/* The agent sees a connection that is closed at once, and takes a turn. */
static void knock(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(agent.name);
    int saved = errno;
    int fd = length ? socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;

    if (fd >= 0) {
        memcpy(address.sun_path + 1, agent.name, length);
        (void)connect(fd, (struct sockaddr *)&address,
                      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length));
        close(fd);
    }
    errno = saved;
}

void rv_agent_wake(void)
{
    tw_store32_release(&agent.woken, 1);
    pthread_mutex_lock(&agent.lock);
    if (agent.is_running && !pthread_equal(agent.thread, pthread_self()))
        knock();
    pthread_mutex_unlock(&agent.lock);
}

void agent_watch_end(void)
{
    uint32_t serve = AGENT_SERVE;

    tw_cas32_acq_rel(&agent.order, &serve, AGENT_WATCH_END);
    rv_agent_wake();
}

/* ---- starting and ending ---- */

void rv_agent_start(void)
{
    int error;

    if (tw_load32_acquire(&agent.disabled))
        return;
    agent_guard_end();
    pthread_mutex_lock(&agent.lock);
    tw_store32_release(&agent.order, AGENT_SERVE);
    error = agent.is_running ? 0 : agent_thread(&agent.thread, run);
    if (error)
        agent_log("the agent cannot start: %s", strerror(error));
    agent.is_running = !error;
    if (!error)
        wait_until_settled_locked();
    pthread_mutex_unlock(&agent.lock);
}

int rv_agent_is_self(void)
{
    return is_self;
}

void rv_agent_locks_in_child(void)
{
    /* Whoever held these, and the agent itself, are not in the child. */
    pthread_mutex_init(&agent.lock, NULL);
    pthread_cond_init(&agent.settled, NULL);
    agent_log_in_child();
}

void rv_agent_in_child(void)
{
    if (!agent.is_running)
        return;
    agent.is_running = agent.is_settled = 0;
    agent.name[0] = 0;
    rv_agent_wake(); /* there may be garbage, or an update to go on with */
    if (!__tsan_init) /* it ends a child of fork that starts a thread */
        rv_agent_start();
}

void rv_agent_disable(void)
{
    struct timespec limit;
    int was_running;

    tw_store32_release(&agent.disabled, 1);
    tw_store32_release(&agent.order, AGENT_QUIT);
    rv_agent_wake();
    pthread_mutex_lock(&agent.lock);
    was_running = agent.is_running && !pthread_equal(agent.thread, pthread_self());
    agent.is_running = 0;
    pthread_mutex_unlock(&agent.lock);
    if (!was_running)
        return;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec++; /* it may be waiting for a lock of the dynamic linker that our caller has */
    if (pthread_timedjoin_np(agent.thread, NULL, &limit))
        pthread_detach(agent.thread);
}
