// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t seen;

__attribute__((noinline)) static void note(int number)
{
    seen = seen * 100 + number;
}

static void handler(int number)
{
    note(number);
}

static void detailed(int number, siginfo_t *info, void *context)
{
    (void)context;
    note(number + (info->si_pid == getpid()));
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = detailed, .sa_flags = SA_SIGINFO};
    signal(SIGUSR1, handler);
    sigaction(SIGUSR2, &action, NULL);
    raise(SIGUSR1);
    raise(SIGUSR2);
    // CHECK: 1013
    printf("%d\n", (int)seen);
    return 0;
}
