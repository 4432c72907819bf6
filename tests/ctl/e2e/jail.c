/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jail.c - runs a program that the kernel refuses some things.
 *
 *   jail [descriptors] [exec] -- PROGRAM ARGS...
 *
 * descriptors: no unshare, no close_range (containers do that). exec: no page
 * becomes executable later (PR_SET_MDWE, or the filter that systemd's
 * MemoryDenyWriteExecute= stands for).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE              65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

#define LOAD(field)               BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define REFUSE                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define ALLOW                     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)

static int install(struct sock_filter *filter, size_t count)
{
    struct sock_fprog program = {(unsigned short)count, filter};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int refuse_descriptors(void)
{
    struct sock_filter filter[] = {
        LOAD(nr), SKIP_UNLESS(SYS_unshare, 1), REFUSE, SKIP_UNLESS(SYS_close_range, 1), REFUSE,
        ALLOW,
    };

    return install(filter, sizeof(filter) / sizeof(filter[0]));
}

static int refuse_exec(void)
{
    struct sock_filter filter[] = {
        LOAD(nr),      SKIP_UNLESS(SYS_mprotect, 3),
        LOAD(args[2]), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
        REFUSE,        ALLOW,
    };

    if (!prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0))
        return 0;
    return install(filter, sizeof(filter) / sizeof(filter[0]));
}

int main(int argc, char **argv)
{
    int i = 1, failed = 0;

    for (; i < argc && strcmp(argv[i], "--"); i++)
        failed |= !strcmp(argv[i], "exec") ? refuse_exec() : refuse_descriptors();
    if (failed || i + 1 >= argc) {
        perror("jail");
        return 77;
    }
    execvp(argv[i + 1], argv + i + 1);
    return 1;
}
