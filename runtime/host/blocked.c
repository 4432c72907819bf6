/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blocked.c - see blocked.h. Linux's calls that may wait for long, by what they wait for;
 * others end by themselves, or have a number here.
 */
#define _GNU_SOURCE
#include "blocked.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OF(call)        {SYS_##call, #call, NULL, 0} /* the descriptor that is argument 0 */
#define AND(call, nth)  {SYS_##call, #call, NULL, nth} /* that one, and argument nth */
#define FOR(call, what) {SYS_##call, #call, what, 0}

#define FILES    "a file system"
#define FILE_END "the other end of a pipe, or a file system"

static const struct {
    long call;
    const char *name, *what;
    unsigned second; /* 0: none */
} calls[] = {
    /* a descriptor */
    OF(read),
    OF(pread64),
    OF(readv),
    OF(preadv),
    OF(preadv2),
    OF(write),
    OF(pwrite64),
    OF(writev),
    OF(pwritev),
    OF(pwritev2),
    OF(vmsplice),
    OF(recvfrom),
    OF(recvmsg),
    OF(recvmmsg),
    OF(sendto),
    OF(sendmsg),
    OF(sendmmsg),
    OF(accept),
    OF(accept4),
    OF(connect),
    OF(close),
    OF(ioctl),
    OF(flock),
    OF(fcntl),
    OF(fsync),
    OF(fdatasync),
    OF(syncfs),
    OF(sync_file_range),
    OF(fallocate),
    OF(ftruncate),
    OF(readahead),
    OF(getdents64),
    OF(fstat),
    OF(fchdir),
    OF(epoll_pwait),
    OF(epoll_pwait2),
    OF(mq_timedreceive),
    OF(mq_timedsend),
    OF(io_uring_enter),
    OF(io_uring_register),
    AND(sendfile, 1),
    AND(tee, 1),
    AND(splice, 2),
    AND(copy_file_range, 2),
    AND(dup3, 1),
    FOR(ppoll, "its descriptors"),
    FOR(pselect6, "its descriptors"),
    /* a file system that is slow, or that a process of its own serves */
    FOR(openat, FILE_END),
    FOR(openat2, FILE_END),
    FOR(open_by_handle_at, FILE_END),
    FOR(newfstatat, FILES),
    FOR(statx, FILES),
    FOR(statfs, FILES),
    FOR(faccessat, FILES),
    FOR(faccessat2, FILES),
    FOR(readlinkat, FILES),
    FOR(renameat2, FILES),
    FOR(linkat, FILES),
    FOR(unlinkat, FILES),
    FOR(symlinkat, FILES),
    FOR(mkdirat, FILES),
    FOR(mknodat, FILES),
    FOR(utimensat, FILES),
    FOR(chdir, FILES),
    FOR(truncate, FILES),
    FOR(mount, FILES),
    FOR(umount2, FILES),
    FOR(execve, FILES),
    FOR(execveat, FILES),
    FOR(sync, FILES),
    FOR(msync, FILES),
    /* others of the program, and its children */
    FOR(futex, "a lock or a condition"),
    FOR(futex_waitv, "a lock or a condition"),
    FOR(wait4, "a child"),
    FOR(waitid, "a child"),
    FOR(clone, "the child"),
    FOR(clone3, "the child"),
    FOR(msgrcv, "a message"),
    FOR(msgsnd, "room for a message"),
    FOR(semop, "a semaphore"),
    FOR(semtimedop, "a semaphore"),
    /* time and signals */
    FOR(nanosleep, "time"),
    FOR(clock_nanosleep, "time"),
    FOR(rt_sigtimedwait, "a signal"),
    FOR(rt_sigsuspend, "a signal"),
    FOR(restart_syscall, "what a signal has interrupted"),
    /* the kernel */
    FOR(io_getevents, "requests that are under way"),
    FOR(io_pgetevents, "requests that are under way"),
    FOR(io_submit, "room for requests"),
    FOR(io_destroy, "requests that are under way"),
    FOR(getrandom, "random numbers"),
    FOR(syslog, "a message of the kernel"),
    FOR(add_key, "a key"),
    FOR(request_key, "a key"),
    FOR(keyctl, "a key"),
    FOR(ptrace, "a traced process"),
#ifdef SYS_epoll_wait /* the older architectures have these, too */
    OF(epoll_wait),
    OF(getdents),
    AND(dup2, 1),
    FOR(poll, "its descriptors"),
    FOR(select, "its descriptors"),
    FOR(open, FILE_END),
    FOR(creat, FILE_END),
    FOR(stat, FILES),
    FOR(lstat, FILES),
    FOR(access, FILES),
    FOR(readlink, FILES),
    FOR(rename, FILES),
    FOR(renameat, FILES),
    FOR(link, FILES),
    FOR(unlink, FILES),
    FOR(symlink, FILES),
    FOR(mkdir, FILES),
    FOR(rmdir, FILES),
    FOR(mknod, FILES),
    FOR(pause, "a signal"),
    FOR(vfork, "the child"),
    FOR(clone, "the child"),
    FOR(clone3, "the child"),
#endif
#ifdef SYS_futex_wait /* Linux 6.7 */
    FOR(futex_wait, "a lock or a condition"),
#endif
};

/* "descriptor 7 (socket:[4711])" */
static void descriptor_text(pid_t tid, uintptr_t argument, char *text, size_t size)
{
    const int descriptor = (int)argument;
    char path[48], file[40];
    ssize_t length;

    snprintf(path, sizeof(path), "/proc/self/task/%d/fd/%d", (int)tid, descriptor);
    length = readlink(path, file, sizeof(file));
    if (length < 0)
        snprintf(text, size, "descriptor %d", descriptor);
    else
        snprintf(text, size, "descriptor %d (%.*s%s)", descriptor, (int)length, file,
                 (size_t)length == sizeof(file) ? "..." : "");
}

static void call_text(pid_t tid, size_t i, const uintptr_t *arguments, char text[RV_BLOCKED_TEXT])
{
    char one[72], other[72] = "";

    if (calls[i].what) {
        snprintf(text, RV_BLOCKED_TEXT, "in %s (%s)", calls[i].name, calls[i].what);
        return;
    }
    descriptor_text(tid, arguments[0], one, sizeof(one));
    if (calls[i].second)
        descriptor_text(tid, arguments[calls[i].second], other, sizeof(other));
    snprintf(text, RV_BLOCKED_TEXT, "in %s of %s%s%s", calls[i].name, one, *other ? " and " : "",
             other);
}

void rv_blocked_text(pid_t tid, const struct rv_thread_view *view, char text[RV_BLOCKED_TEXT])
{
    text[0] = 0;
    if (view->state != RV_THREAD_BLOCKED)
        return;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (calls[i].call == view->call) {
            call_text(tid, i, view->arguments, text);
            return;
        }
    snprintf(text, RV_BLOCKED_TEXT, "in system call %ld", view->call);
}
