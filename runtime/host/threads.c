/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.c - lists threads and tells where they are blocked, from /proc.
 */
#define _GNU_SOURCE
#include "threads.h"
#include "revector/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LISTINGS 4 /* attempts to find two that agree */

/* The whole small file, NUL-terminated; its size, or -1 with errno. */
static ssize_t read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    if (fd < 0)
        return -1;
    got = read(fd, text, size - 1);
    close(fd);
    if (got >= 0)
        text[got] = '\0';
    return got;
}

static ssize_t read_task_file(pid_t tid, const char *name, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/task/%d/%s", (int)tid, name);
    return read_file(path, text, size);
}

/* The number behind "\nname:\t" in a status file; 0 if it has none. */
static uint64_t status_number(const char *status, const char *name)
{
    const char *at = strstr(status, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* ---- listing ---- */

/* Field 22 of stat; the command's name may hold spaces and brackets. 0: it is gone. */
static uint64_t start_time(pid_t tid)
{
    char text[1024];
    const char *at;

    if (read_task_file(tid, "stat", text, sizeof(text)) <= 0)
        return 0;
    at = strrchr(text, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at + 1, NULL, 10) : 0;
}

static int add(struct rv_thread_list *list, pid_t tid)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 64;
        struct rv_thread_key *all = realloc(list->all, capacity * sizeof(*all));
        if (!all)
            return RV_ENOMEM;
        list->all = all;
        list->capacity = capacity;
    }
    list->all[list->count++] = (struct rv_thread_key){tid, start_time(tid)};
    return 0;
}

static int by_number(const void *a, const void *b)
{
    const struct rv_thread_key *left = a, *right = b;
    return (left->tid > right->tid) - (left->tid < right->tid);
}

static int list_once(struct rv_thread_list *list)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    int error = 0;

    list->count = 0;
    if (!tasks)
        return RV_EUNREADABLE;
    while (!error && (entry = readdir(tasks)))
        if (entry->d_name[0] != '.')
            error = add(list, atoi(entry->d_name));
    closedir(tasks);
    qsort(list->all, list->count, sizeof(*list->all), by_number);
    return error;
}

static int are_equal(const struct rv_thread_list *a, const struct rv_thread_list *b)
{
    if (a->count != b->count)
        return 0;
    for (size_t n = 0; n < a->count; n++)
        if (a->all[n].tid != b->all[n].tid || a->all[n].start != b->all[n].start)
            return 0;
    return 1;
}

static size_t kernel_count(void)
{
    char status[4096];
    if (read_file("/proc/self/status", status, sizeof(status)) <= 0)
        return 0;
    return status_number(status, "\nThreads:");
}

/* A thread that ends while the directory is read may hide others behind it. */
int rv_threads_list(struct rv_thread_list *list)
{
    struct rv_thread_list again = {0};
    int error = list_once(list);

    for (int n = 0; n < LISTINGS && !error; n++) {
        struct rv_thread_list kept;
        error = list_once(&again);
        if (!error && are_equal(list, &again) && list->count == kernel_count())
            break;
        kept = *list;
        *list = again;
        again = kept;
        if (!error && n == LISTINGS - 1)
            error = RV_EBUSY;
    }
    rv_threads_free(&again);
    return error;
}

void rv_threads_free(struct rv_thread_list *list)
{
    free(list->all);
    *list = (struct rv_thread_list){0};
}

/* ---- looking ---- */

static enum rv_thread_state state_of_error(int error)
{
    return error == ENOENT || error == ESRCH ? RV_THREAD_GONE : RV_THREAD_UNREADABLE;
}

/*
 * "running", or "-1 sp pc" (blocked, but not in a system call), or the number of
 * the call, six arguments, sp and pc.
 */
static enum rv_thread_state parse_syscall(const char *text, struct rv_thread_view *view)
{
    uintptr_t *a = view->arguments;
    long number;

    if (sscanf(text, "%ld %lx %lx %lx %lx %lx %lx %lx %lx", &number, &a[0], &a[1], &a[2], &a[3],
               &a[4], &a[5], &view->sp, &view->pc) == 9 &&
        number >= 0)
        return RV_THREAD_BLOCKED;
    return RV_THREAD_RUNNING;
}

void rv_thread_look(const struct rv_thread_key *key, struct rv_thread_view *view)
{
    char text[4096];

    *view = (struct rv_thread_view){.state = RV_THREAD_GONE};
    if (start_time(key->tid) != key->start)
        return;
    if (read_task_file(key->tid, "status", text, sizeof(text)) <= 0) {
        view->state = state_of_error(errno);
        return;
    }
    view->switches = status_number(text, "\nvoluntary_ctxt_switches:") +
                     status_number(text, "\nnonvoluntary_ctxt_switches:");
    if (read_task_file(key->tid, "syscall", text, sizeof(text)) <= 0)
        view->state = state_of_error(errno);
    else
        view->state = parse_syscall(text, view);
}

/*
 * To run it must wake up, and to be blocked again it must leave the CPU, which is
 * counted. Look() reads the count before the place, so the count of the earlier
 * look is from before its place was known.
 */
int rv_thread_slept(const struct rv_thread_view *before, const struct rv_thread_view *after)
{
    return before->state == RV_THREAD_BLOCKED && after->state == RV_THREAD_BLOCKED &&
           before->switches == after->switches && before->sp == after->sp &&
           before->pc == after->pc;
}
