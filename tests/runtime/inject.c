/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inject.c - see inject.h.
 */
#define _GNU_SOURCE
#include "inject.h"
#include "refused_call.h"
#include "tablewalk/tw_atomic.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between the child, which arms, and the parent, which counts its system calls. */
static struct {
    uint32_t listener; /* the child's descriptor, plus 1 */
    uint32_t left;     /* system calls until one fails; 0: none will */
    uint32_t failed;   /* the number of the one that has, plus 1 */
} *shared;

/* ---- allocations ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

static __thread long allocations_left;
static __thread int allocation_failed;
static uint64_t held; /* bytes */

static int must_fail(void)
{
    if (!allocations_left || --allocations_left)
        return 0;
    errno = ENOMEM;
    return allocation_failed = 1;
}

static void *count(void *memory)
{
    tw_add_relaxed(&held, malloc_usable_size(memory));
    return memory;
}

/* Exported, so that libraries find these first. */
#pragma GCC visibility push(default)

void *malloc(size_t size)
{
    return must_fail() ? NULL : count(__libc_malloc(size));
}

void *calloc(size_t number, size_t size)
{
    return must_fail() ? NULL : count(__libc_calloc(number, size));
}

void *realloc(void *memory, size_t size)
{
    if (must_fail())
        return NULL;
    tw_add_relaxed(&held, -(uint64_t)malloc_usable_size(memory));
    return count(__libc_realloc(memory, size)); /* for the numbers, it never fails */
}

void free(void *memory)
{
    tw_add_relaxed(&held, -(uint64_t)malloc_usable_size(memory));
    __libc_free(memory);
}

#pragma GCC visibility pop

size_t inject_held(void)
{
    return tw_load_relaxed(&held);
}

/* ---- system calls ---- */

static const uint32_t spared[] = {REFUSED_CALL_SPARED, SYS_sendmsg};
#define SPARED (sizeof(spared) / sizeof(spared[0]))

static int install_filter(void)
{
    struct sock_filter code[SPARED + 3];
    struct sock_fprog program = {.len = SPARED + 3, .filter = code};

    code[0] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t n = 0; n < SPARED; n++)
        code[n + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, spared[n],
                                                   (uint8_t)(SPARED - n), 0);
    code[SPARED + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    code[SPARED + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &program);
}

static void answer_one(int listener, pid_t thread)
{
    struct seccomp_notif question = {0};
    struct seccomp_notif_resp reply = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    uint32_t left;

    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question))
        return;
    reply.id = question.id;
    left = (pid_t)question.pid == thread ? tw_load32_acquire(&shared->left) : 0;
    if (left) {
        tw_store32_release(&shared->left, left - 1);
        if (left == 1) {
            reply.flags = 0;
            reply.error = -refused_call_error((unsigned long long)question.data.nr);
            tw_store32_release(&shared->failed, (uint32_t)question.data.nr + 1);
        }
    }
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

/* Until the child has ended. */
static int supervise(pid_t child)
{
    int status, listener = -1, process = (int)syscall(SYS_pidfd_open, child, 0);

    while (waitpid(child, &status, WNOHANG) == 0) {
        uint32_t theirs = tw_load32_acquire(&shared->listener);
        if (listener >= 0)
            answer_one(listener, child);
        else if (theirs)
            listener = (int)syscall(SYS_pidfd_getfd, process, (int)theirs - 1, 0);
        if (theirs && listener < 0) {
            perror("pidfd_getfd");
            kill(child, 9);
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* So that a question and its answer are two switches, and wake no other CPU. */
static void stay_on_this_cpu(void)
{
    cpu_set_t here;

    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    (void)sched_setaffinity(0, sizeof(here), &here);
}

int inject_run(int (*body)(void))
{
    pid_t child;
    int listener;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 2;
    stay_on_this_cpu();
    fflush(NULL);
    child = fork();
    if (child)
        return child < 0 ? 2 : supervise(child);
    listener = install_filter();
    if (listener < 0)
        _exit(77);
    tw_store32_release(&shared->listener, (uint32_t)listener + 1);
    exit(body());
}

void inject_arm(enum inject_kind kind, long n)
{
    allocation_failed = 0;
    tw_store32_release(&shared->failed, 0);
    if (kind == INJECT_ALLOCATION)
        allocations_left = n;
    else
        tw_store32_release(&shared->left, (uint32_t)n);
}

int inject_disarm(int *what)
{
    uint32_t call = tw_load32_acquire(&shared->failed);

    allocations_left = 0;
    tw_store32_release(&shared->left, 0);
    *what = call ? (int)call - 1 : -1;
    return call || allocation_failed;
}
