/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blocked.c - see blocked.h. Linux's calls that may wait for long; others end by themselves.
 */
#define _GNU_SOURCE
#include "blocked.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the call waits for; a null pointer: its first argument is the descriptor. */
static const struct {
    long call;
    const char *name, *what;
} calls[] = {
    {SYS_read, "read", NULL},
    {SYS_pread64, "pread64", NULL},
    {SYS_readv, "readv", NULL},
    {SYS_write, "write", NULL},
    {SYS_writev, "writev", NULL},
    {SYS_recvfrom, "recvfrom", NULL},
    {SYS_recvmsg, "recvmsg", NULL},
    {SYS_recvmmsg, "recvmmsg", NULL},
    {SYS_sendto, "sendto", NULL},
    {SYS_sendmsg, "sendmsg", NULL},
    {SYS_sendfile, "sendfile", NULL},
    {SYS_accept, "accept", NULL},
    {SYS_accept4, "accept4", NULL},
    {SYS_connect, "connect", NULL},
    {SYS_ioctl, "ioctl", NULL},
    {SYS_fsync, "fsync", NULL},
    {SYS_flock, "flock", NULL},
    {SYS_fcntl, "fcntl", NULL},
    {SYS_epoll_pwait, "epoll_pwait", NULL},
    {SYS_ppoll, "ppoll", "its descriptors"},
    {SYS_pselect6, "pselect", "its descriptors"},
    {SYS_openat, "openat", "the other end of a pipe, or a file system"},
    {SYS_futex, "futex", "a lock or a condition"},
    {SYS_wait4, "wait4", "a child"},
    {SYS_waitid, "waitid", "a child"},
    {SYS_nanosleep, "nanosleep", "time"},
    {SYS_clock_nanosleep, "clock_nanosleep", "time"},
    {SYS_rt_sigtimedwait, "sigtimedwait", "a signal"},
    {SYS_rt_sigsuspend, "sigsuspend", "a signal"},
    {SYS_msgrcv, "msgrcv", "a message"},
    {SYS_msgsnd, "msgsnd", "room for a message"},
    {SYS_mq_timedreceive, "mq_receive", NULL},
    {SYS_mq_timedsend, "mq_send", NULL},
    {SYS_semop, "semop", "a semaphore"},
    {SYS_semtimedop, "semtimedop", "a semaphore"},
#ifdef SYS_epoll_wait /* the older architectures have these, too */
    {SYS_epoll_wait, "epoll_wait", NULL},
    {SYS_poll, "poll", "its descriptors"},
    {SYS_select, "select", "its descriptors"},
    {SYS_open, "open", "the other end of a pipe, or a file system"},
    {SYS_pause, "pause", "a signal"},
    {SYS_vfork, "vfork", "the child"},
#endif
};

/* The process's table of descriptors is that of its first thread, which /proc/self shows. */
static void descriptor_text(int descriptor, char *text, size_t size)
{
    char path[32], file[48];
    ssize_t length;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    length = readlink(path, file, sizeof(file));
    if (length < 0)
        snprintf(text, size, " of descriptor %d", descriptor);
    else
        snprintf(text, size, " of descriptor %d (%.*s%s)", descriptor, (int)length, file,
                 (size_t)length == sizeof(file) ? "..." : "");
}

void rv_blocked_text(const struct rv_thread_view *view, char text[RV_BLOCKED_TEXT])
{
    text[0] = 0;
    if (view->state != RV_THREAD_BLOCKED)
        return;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        char of[80];

        if (calls[i].call != view->call)
            continue;
        if (calls[i].what)
            snprintf(of, sizeof(of), " (%s)", calls[i].what);
        else
            descriptor_text((int)view->arguments[0], of, sizeof(of));
        snprintf(text, RV_BLOCKED_TEXT, "in %s%s", calls[i].name, of);
        return;
    }
}
