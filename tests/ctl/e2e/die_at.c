/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * die_at.c - runs a command and kills it, as kill -9 does, when it makes its n-th
 * system call, before the call has any effect.
 *
 *   die_at N COMMAND ARGS...     exit status 9: killed; else the command's own
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long left = argc > 2 ? 2 * strtol(argv[1], NULL, 10) : 0; /* it stops at entry and at exit */
    int status;
    pid_t child = fork();

    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    for (waitpid(child, &status, 0); WIFSTOPPED(status); waitpid(child, &status, 0)) {
        if (WSTOPSIG(status) == SIGTRAP && --left < 0) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return 9;
        }
        ptrace(PTRACE_SYSCALL, child, NULL, WSTOPSIG(status) == SIGTRAP ? 0L : WSTOPSIG(status));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
