/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saved_kernel.c - pointers that the kernel will hand to the program: where signals are
 * handled, what a timer's signal brings, what epoll was told to give back.
 *
 * proc(5), /proc/PID/timers and /proc/PID/fdinfo. What is in pipes, sockets, message queues
 * and io_uring is not to be seen.
 */
#define _GNU_SOURCE
#include "revector/error.h"
#include "saved.h"
#include "threads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef void (*visitor)(uintptr_t pointer, enum rv_hold why, uintptr_t where);

/* By the system call: the C library's function may be interposed. */
static int each_disposition(visitor visit)
{
    for (int number = 1; number < NSIG; number++) {
        struct {
            uintptr_t handler;
            unsigned long flags;
            uintptr_t restorer;
            uint64_t mask;
        } action = {.handler = 0};
        if (syscall(SYS_rt_sigaction, number, NULL, &action, sizeof(action.mask)))
            return RV_EUNREADABLE;
        visit(action.handler, RV_HOLD_SIGNAL, (uintptr_t)number);
    }
    return 0;
}

/* A file of /proc that is not there: what it is about has ended, or this kernel does not tell. */
static int why_not_open(void)
{
    return errno == ENOENT || errno == ESRCH ? 0 : RV_EUNREADABLE;
}

static int close_read(FILE *file)
{
    const int error = ferror(file) ? RV_EUNREADABLE : 0;

    fclose(file);
    return error;
}

/* "ID: 0", and a line later "signal: 14/0000555555558040". */
static int each_timer(visitor visit)
{
    FILE *file = fopen("/proc/self/timers", "re");
    unsigned long id = 0;
    uintptr_t value;
    char line[128];

    if (!file)
        return why_not_open();
    while (fgets(line, sizeof(line), file))
        if (sscanf(line, "ID: %lu", &id) != 1 && sscanf(line, "signal: %*d/%lx", &value) == 1)
            visit(value, RV_HOLD_TIMER, id);
    return close_read(file);
}

/* ---- epoll ---- */

/* "tfd:        7 events:       19 data:     555555558040  pos:0 ino:..." */
static int each_of_epoll(visitor visit, pid_t tid, const char *name)
{
    uintptr_t value;
    char text[256];
    FILE *file;

    snprintf(text, sizeof(text), "/proc/self/task/%d/fdinfo/%.16s", (int)tid, name);
    file = fopen(text, "re");
    if (!file)
        return why_not_open();
    while (fgets(text, sizeof(text), file)) {
        const char *data = strncmp(text, "tfd:", 4) ? NULL : strstr(text, " data:");
        if (data && sscanf(data, " data: %lx", &value) == 1)
            visit(value, RV_HOLD_EPOLL, strtoul(name, NULL, 10));
    }
    return close_read(file);
}

/* 1, 0, or an error; "." and ".." are no links. */
static int is_epoll(int folder, const char *name)
{
    static const char wanted[] = "anon_inode:[eventpoll]";
    char link[sizeof(wanted)];
    const ssize_t length = readlinkat(folder, name, link, sizeof(link));

    if (length < 0)
        return errno == EINVAL || errno == ENAMETOOLONG ? 0 : why_not_open();
    return length == sizeof(wanted) - 1 && memcmp(link, wanted, sizeof(wanted) - 1) == 0;
}

/* In the thread's table of descriptors. */
static int each_in_table(visitor visit, pid_t tid)
{
    struct dirent *entry;
    char path[48];
    int error = 0;
    DIR *folder;

    snprintf(path, sizeof(path), "/proc/self/task/%d/fd", (int)tid);
    folder = opendir(path);
    if (!folder)
        return why_not_open();
    for (errno = 0; error >= 0 && (entry = readdir(folder)); errno = 0) {
        error = is_epoll(dirfd(folder), entry->d_name);
        if (error == 1)
            error = each_of_epoll(visit, tid, entry->d_name);
    }
    if (error >= 0 && errno)
        error = RV_EUNREADABLE; /* that was not the end */
    closedir(folder);
    return error;
}

static int has_main_thread(const struct rv_thread_list *threads)
{
    for (size_t n = 0; n < threads->count; n++)
        if (threads->all[n].tid == getpid())
            return 1;
    return 0;
}

/*
 * The main thread's table is the program's, and once that thread has ended any other's but the
 * one of a thread that has its own, as the agent may.
 */
static int each_descriptor(visitor visit)
{
    struct rv_thread_list threads = {0};
    int error = rv_threads_list(&threads);

    if (!error && has_main_thread(&threads))
        error = each_in_table(visit, getpid());
    else
        for (size_t n = 0; n < threads.count && !error; n++)
            if (threads.all[n].tid > 0)
                error = each_in_table(visit, threads.all[n].tid);
    rv_threads_free(&threads);
    return error;
}

int rv_saved_each_in_kernel(visitor visit)
{
    int error = each_disposition(visit);

    if (!error)
        error = each_timer(visit);
    if (!error)
        error = each_descriptor(visit);
    return error;
}
