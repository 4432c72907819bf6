/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fail_at.c - lets one system call of a thread of another process fail, before it has any effect.
 *
 *   fail_at N THREAD     the n-th one from now on, from 1. Says "ready" when it counts, and "call"
 *                        with its number when it has failed. Goes on until it is killed, which
 *                        leaves the thread to itself
 */
#define _GNU_SOURCE
#include "refused_call.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_CALL (SIGTRAP | 0x80)

static int is_spared(unsigned long long call)
{
    static const unsigned long long spared[] = {REFUSED_CALL_SPARED};

    for (size_t n = 0; n < sizeof(spared) / sizeof(spared[0]); n++)
        if (call == spared[n])
            return 1;
    return 0;
}

static void go_on(pid_t thread, long signal)
{
    ptrace(PTRACE_SYSCALL, thread, NULL, signal);
}

/* At the entry of a call: it becomes none at all, and at its exit it has failed. */
static void let_it_fail(pid_t thread)
{
    struct user_regs_struct registers;
    int status, error;

    ptrace(PTRACE_GETREGS, thread, NULL, &registers);
    error = refused_call_error(registers.orig_rax);
    printf("call %llu\n", registers.orig_rax);
    fflush(stdout);
    registers.orig_rax = (unsigned long long)-1;
    ptrace(PTRACE_SETREGS, thread, NULL, &registers);
    go_on(thread, 0);
    waitpid(thread, &status, __WALL);
    registers.rax = (unsigned long long)-(long)error;
    ptrace(PTRACE_SETREGS, thread, NULL, &registers);
}

static int counts(pid_t thread)
{
    struct __ptrace_syscall_info info = {0};

    ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info);
    return info.op == PTRACE_SYSCALL_INFO_ENTRY && !is_spared(info.entry.nr);
}

int main(int argc, char **argv)
{
    long left = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    const pid_t thread = argc > 2 ? (pid_t)strtol(argv[2], NULL, 10) : 0;
    int status, deliver;

    if (ptrace(PTRACE_SEIZE, thread, NULL, PTRACE_O_TRACESYSGOOD) ||
        ptrace(PTRACE_INTERRUPT, thread, NULL, NULL)) {
        perror("fail_at");
        return 2;
    }
    waitpid(thread, &status, __WALL);
    puts("ready");
    fflush(stdout);
    for (deliver = 0; WIFSTOPPED(status); waitpid(thread, &status, __WALL)) {
        deliver = WSTOPSIG(status);
        if (deliver == AT_CALL && counts(thread) && --left == 0)
            let_it_fail(thread);
        go_on(thread, deliver == AT_CALL || status >> 16 ? 0 : deliver);
    }
    return 0;
}
