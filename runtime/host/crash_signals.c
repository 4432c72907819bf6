/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash_signals.c - stands before the program's handlers for the signals of a crash.
 *
 * Only while an update is on probation. Each of ours has the flags and the mask of the
 * program's own, so that this can simply be called; it takes in addition the alternate
 * stack, if the thread has one. Where the program has none, the default is put back and
 * the instruction runs again: the core file shows the crash and nothing of us.
 *
 * The library comes before the C library in the search order, so the program's calls of
 * sigaction and signal come here: they see and change the program's own disposition, as
 * if ours were not there. Who asks the kernel by other ways gets ours, or replaces it:
 * then nothing is watched by that signal. Ours may stay behind in this way, and passes on.
 */
#define _GNU_SOURCE
#include "crash.h"
#include "host.h"
#include "tablewalk/tw_atomic.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library's sigaction by its other name: no dlsym, which is not for signal handlers. */
int __sigaction(int number, const struct sigaction *action, struct sigaction *old);

static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
#define COUNT (sizeof(numbers) / sizeof(numbers[0]))

static struct sigaction own[COUNT]; /* the program's */
static uint32_t is_armed;
static pid_t owner; /* after vfork we are in the parent's memory, but not in the parent */

/*
 * Guards the above. Innermost; sigaction is for signal handlers too, so none runs in a
 * thread that has it.
 */
static uint32_t taken;

static sigset_t take(void)
{
    sigset_t all, before;
    uint32_t is_free = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (!tw_cas32_acq_rel(&taken, &is_free, 1)) {
        is_free = 0;
        sched_yield();
    }
    return before;
}

static void give(sigset_t before)
{
    tw_store32_release(&taken, 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static struct sigaction *own_of(int number)
{
    for (size_t n = 0; n < COUNT; n++)
        if (numbers[n] == number)
            return &own[n];
    return NULL;
}

/* ---- the handler ---- */

/* What the CPU or abort() raises; not what somebody sends. */
static int is_crash(int number, const siginfo_t *info)
{
    if (number == SIGABRT)
        return info->si_code == SI_TKILL && info->si_pid == getpid();
    return info->si_code > 0;
}

/* The instruction runs again when we return; what was sent has to be sent again. */
static void let_default_act(int number, siginfo_t *info)
{
    const struct sigaction action = {.sa_handler = SIG_DFL};

    __sigaction(number, &action, NULL);
    if (info->si_code <= 0)
        syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), number, info);
}

static struct sigaction take_own(struct sigaction *from)
{
    const sigset_t before = take();
    const struct sigaction action = *from;

    if (action.sa_flags & (int)SA_RESETHAND)
        from->sa_handler = SIG_DFL;
    give(before);
    return action;
}

static void pass_on(int number, siginfo_t *info, void *ucontext, int is_unexplained)
{
    const struct sigaction action = take_own(own_of(number));

    if (action.sa_handler == SIG_IGN && info->si_code <= 0)
        return;
    if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) {
        if (is_unexplained)
            rv_crash_unexplained(number);
        let_default_act(number, info);
    } else if (action.sa_flags & SA_SIGINFO) {
        action.sa_sigaction(number, info, ucontext);
    } else {
        action.sa_handler(number);
    }
}

static void handle(int number, siginfo_t *info, void *ucontext)
{
    const int kept = errno;
    const int is_unexplained = is_crash(number, info) && !rv_crash_seen(number, ucontext);

    errno = kept;
    pass_on(number, info, ucontext, is_unexplained);
}

/* ---- before and behind it ---- */

static int is_ours(const struct sigaction *action)
{
    return action->sa_flags & SA_SIGINFO && action->sa_sigaction == handle;
}

static void stand_before(size_t n)
{
    struct sigaction ours = own[n];

    ours.sa_flags = (ours.sa_flags & ~(int)SA_RESETHAND) | SA_SIGINFO | SA_ONSTACK;
    ours.sa_sigaction = handle;
    __sigaction(numbers[n], &ours, NULL);
}

void rv_crash_arm(void)
{
    const sigset_t before = take();
    struct sigaction now;

    for (size_t n = 0; n < COUNT && !is_armed; n++) {
        if (!__sigaction(numbers[n], NULL, &now) && !is_ours(&now))
            own[n] = now;
        stand_before(n);
    }
    is_armed = 1;
    owner = getpid();
    give(before);
}

/* What is not ours any more was put there in a way that does not pass here; it stays. */
void rv_crash_disarm(void)
{
    const sigset_t before = take();
    struct sigaction now;

    for (size_t n = 0; n < COUNT && is_armed; n++)
        if (!__sigaction(numbers[n], NULL, &now) && is_ours(&now))
            __sigaction(numbers[n], &own[n], NULL);
    is_armed = 0;
    give(before);
}

void rv_crash_unblock(sigset_t *before)
{
    sigset_t crashes;

    sigemptyset(&crashes);
    for (size_t n = 0; n < COUNT; n++)
        sigaddset(&crashes, numbers[n]);
    pthread_sigmask(SIG_UNBLOCK, &crashes, before);
}

void rv_crash_signals_in_child(void)
{
    taken = 0; /* whoever had it is not in the child */
    owner = getpid();
}

/*
 * ---- before the C library's ----
 *
 * Not in a build with a sanitizer, which has functions of its own there, and calls these
 * before its bookkeeping can be called.
 */

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define HAS_SANITIZER
#endif
#endif

#ifndef HAS_SANITIZER

static void exchange(struct sigaction *mine, const struct sigaction *action, struct sigaction *old)
{
    const struct sigaction was = *mine;

    if (action) { /* which may be `old` */
        *mine = *action;
        stand_before((size_t)(mine - own));
    }
    if (old)
        *old = was;
}

__attribute__((visibility("default"))) int sigaction(int number, const struct sigaction *action,
                                                     struct sigaction *old)
{
    struct sigaction *mine = own_of(number);
    sigset_t before;
    int is_shadowed;

    if (!mine || !tw_load32_acquire(&is_armed) || getpid() != owner)
        return __sigaction(number, action, old);
    before = take();
    is_shadowed = is_armed != 0;
    if (is_shadowed)
        exchange(mine, action, old);
    give(before);
    return is_shadowed ? 0 : __sigaction(number, action, old);
}

__attribute__((visibility("default"))) sighandler_t signal(int number, sighandler_t handler)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;

    if (!own_of(number))
        return ssignal(number, handler);
    sigaddset(&action.sa_mask, number);
    return sigaction(number, &action, &old) ? SIG_ERR : old.sa_handler;
}

#endif
