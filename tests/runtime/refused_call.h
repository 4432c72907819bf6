/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refused_call.h - how system calls fail in tests that let one fail: inject.c, and fail_at.c of
 * ctl/e2e.
 */
#ifndef REFUSED_CALL_H
#define REFUSED_CALL_H

#include <errno.h>
#include <sys/syscall.h>

/* What Linux does not refuse, or what gives something back: nobody could do better. A list. */
#define REFUSED_CALL_SPARED                                                                        \
    SYS_close, SYS_munmap, SYS_futex, SYS_gettid, SYS_getpid, SYS_getuid, SYS_geteuid,             \
        SYS_madvise, SYS_exit, SYS_exit_group, SYS_rt_sigprocmask, SYS_rt_sigreturn,               \
        SYS_restart_syscall, SYS_sched_yield

/* As the kernel would put it. */
static inline int refused_call_error(unsigned long long call)
{
    switch (call) {
    case SYS_openat:
    case SYS_open:
    case SYS_memfd_create:
    case SYS_accept4:
        return EMFILE;
    case SYS_mmap:
    case SYS_mprotect:
    case SYS_brk:
        return ENOMEM;
    case SYS_write:
    case SYS_fsync:
        return ENOSPC;
    default:
        return EIO;
    }
}

#endif
