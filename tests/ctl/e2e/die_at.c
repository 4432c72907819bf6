/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * die_at.c - runs a command and kills it, as kill -9 does, when it makes its n-th
 * system call, or sends its n-th packet, before that has any effect.
 *
 *   die_at [-s] N COMMAND ARGS...     exit status 9: killed; else the command's own
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_CALL (SIGTRAP | 0x80)

/* It is about to make a call that counts. */
static int counts(pid_t child, int sends_only)
{
    struct __ptrace_syscall_info info = {0};

    ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info);
    return info.op == PTRACE_SYSCALL_INFO_ENTRY && (!sends_only || info.entry.nr == SYS_sendmsg);
}

int main(int argc, char **argv)
{
    const int sends_only = argc > 1 && strcmp(argv[1], "-s") == 0;
    long left = argc > 2 + sends_only ? strtol(argv[1 + sends_only], NULL, 10) : 0;
    int status;
    pid_t child = fork();

    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execvp(argv[2 + sends_only], argv + 2 + sends_only);
        _exit(127);
    }
    waitpid(child, &status, 0); /* at its execve */
    ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD);
    for (int deliver = 0; WIFSTOPPED(status); waitpid(child, &status, 0)) {
        deliver = WSTOPSIG(status);
        if (deliver == AT_CALL && counts(child, sends_only) && --left < 0) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return 9;
        }
        if (deliver == AT_CALL || deliver == SIGTRAP)
            deliver = 0;
        ptrace(PTRACE_SYSCALL, child, NULL, (long)deliver);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
