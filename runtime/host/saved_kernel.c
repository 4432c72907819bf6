/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saved_kernel.c - pointers that the kernel will hand to the program: where signals are
 * handled, what a timer's signal brings, what epoll was told to give back.
 *
 * proc(5), /proc/PID/timers and /proc/PID/fdinfo. What is in pipes, sockets, message queues
 * and io_uring is not to be seen.
 */
#define _GNU_SOURCE
#include "saved.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef void (*visitor)(uintptr_t pointer, enum rv_hold why, uintptr_t where);

/* By the system call: the C library's function may be interposed. */
static void each_disposition(visitor visit)
{
    for (int number = 1; number < NSIG; number++) {
        struct {
            uintptr_t handler;
            unsigned long flags;
            uintptr_t restorer;
            uint64_t mask;
        } action = {.handler = 0};
        if (syscall(SYS_rt_sigaction, number, NULL, &action, sizeof(action.mask)) == 0)
            visit(action.handler, RV_HOLD_SIGNAL, (uintptr_t)number);
    }
}

/* "ID: 0", and a line later "signal: 14/0000555555558040". */
static void each_timer(visitor visit)
{
    FILE *file = fopen("/proc/self/timers", "re");
    unsigned long id = 0;
    uintptr_t value;
    char line[128];

    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "ID: %lu", &id) != 1 && sscanf(line, "signal: %*d/%lx", &value) == 1)
            visit(value, RV_HOLD_TIMER, id);
    if (file)
        fclose(file);
}

/* "tfd:        7 events:       19 data:     555555558040  pos:0 ino:..." */
static void each_of_epoll(visitor visit, const char *name)
{
    uintptr_t value;
    char text[256];
    FILE *file;

    snprintf(text, sizeof(text), "/proc/self/fdinfo/%.16s", name);
    file = fopen(text, "re");
    while (file && fgets(text, sizeof(text), file)) {
        const char *data = strncmp(text, "tfd:", 4) ? NULL : strstr(text, " data:");
        if (data && sscanf(data, " data: %lx", &value) == 1)
            visit(value, RV_HOLD_EPOLL, strtoul(name, NULL, 10));
    }
    if (file)
        fclose(file);
}

static int is_epoll(int folder, const char *name)
{
    static const char wanted[] = "anon_inode:[eventpoll]";
    char link[sizeof(wanted)];

    return readlinkat(folder, name, link, sizeof(link)) == sizeof(wanted) - 1 &&
           memcmp(link, wanted, sizeof(wanted) - 1) == 0;
}

/* /proc/self is the program's table, also where the calling thread has one of its own. */
static void each_descriptor(visitor visit)
{
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;

    while (folder && (entry = readdir(folder)))
        if (is_epoll(dirfd(folder), entry->d_name))
            each_of_epoll(visit, entry->d_name);
    if (folder)
        closedir(folder);
}

void rv_saved_each_in_kernel(visitor visit)
{
    each_disposition(visit);
    each_timer(visit);
    each_descriptor(visit);
}
