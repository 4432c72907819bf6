/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.c - lists threads and tells where they are blocked, from /proc.
 */
#define _GNU_SOURCE
#include "threads.h"
#include "contexts.h"
#include "revector/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LISTINGS 200 /* attempts to make one in which nobody ends */

/* The whole small file, NUL-terminated; its size, or -1 with errno. */
static ssize_t read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    if (fd < 0)
        return -1;
    errno = EIO; /* for a file that is empty */
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

/* ---- listing ---- */

/* A file of a thread's could not be read: because it has ended, or for another reason? */
static enum rv_thread_state state_of_error(int error)
{
    return error == ENOENT || error == ESRCH ? RV_THREAD_GONE : RV_THREAD_UNREADABLE;
}

/* A number from behind the command's name, which may hold spaces and brackets; 0: none there. */
static uint64_t stat_field(const char *stat, int wanted)
{
    const char *at = strrchr(stat, ')');

    for (int field = 2; at && field < wanted; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at + 1, NULL, 10) : 0;
}

/*
 * Fields 3 and 22 of stat. *start is 0: it is gone, or a main thread that has ended, of which a
 * zombie stays. RV_EUNREADABLE: nobody can say, as without descriptors.
 */
static int start_time(pid_t tid, uint64_t *start)
{
    char text[1024];
    const char *at;

    *start = 0;
    if (read_task_file(tid, "stat", text, sizeof(text)) <= 0)
        return state_of_error(errno) == RV_THREAD_GONE ? 0 : RV_EUNREADABLE;
    at = strrchr(text, ')');
    if (at && strncmp(at, ") Z", 3) == 0)
        return 0;
    *start = stat_field(text, 22);
    return *start ? 0 : RV_EUNREADABLE;
}

/* Field 20 of stat, which the kernel takes with a lock that a thread needs to leave the list. */
static int count_threads(uint64_t *count)
{
    char text[1024];

    *count = read_file("/proc/thread-self/stat", text, sizeof(text)) > 0 ? stat_field(text, 20) : 0;
    return *count ? 0 : RV_EUNREADABLE;
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
    list->all[list->count++] = (struct rv_thread_key){.tid = tid};
    return 0;
}

static int list_numbers(struct rv_thread_list *list)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    int error = 0;

    list->count = 0;
    if (!tasks)
        return RV_EUNREADABLE;
    for (errno = 0; !error && (entry = readdir(tasks)); errno = 0)
        if (entry->d_name[0] != '.')
            error = add(list, atoi(entry->d_name));
    if (!error && errno)
        error = RV_EUNREADABLE; /* that was not the end */
    closedir(tasks);
    return error;
}

static int all_are_alive(const struct rv_thread_list *list)
{
    char path[64];
    for (size_t n = list->count; n-- > 0;) { /* the youngest first: they die first */
        snprintf(path, sizeof(path), "/proc/self/task/%d", (int)list->all[n].tid);
        if (access(path, F_OK))
            return 0;
    }
    return 1;
}

/* Threads that have ended meanwhile leave the list. */
static int add_start_times(struct rv_thread_list *list)
{
    size_t kept = 0;
    for (size_t n = 0; n < list->count; n++) {
        struct rv_thread_key key = list->all[n];
        int error = start_time(key.tid, &key.start);
        if (error)
            return error;
        if (key.start)
            list->all[kept++] = key;
    }
    list->count = kept;
    return 0;
}

static int add_context(struct rv_thread_key key, void *list)
{
    int error = add(list, key.tid);

    if (!error)
        ((struct rv_thread_list *)list)->all[((struct rv_thread_list *)list)->count - 1] = key;
    return error;
}

static int by_number(const void *a, const void *b)
{
    const struct rv_thread_key *left = a, *right = b;
    return (left->tid > right->tid) - (left->tid < right->tid);
}

/*
 * The kernel goes from each thread that it lists to the next (proc_task_readdir). If that one
 * ends just then, it loses its way and may leave out others behind it. It may have named the one
 * that ends, or been about to; so a listing counts only if it has as many as the kernel counts
 * after it, and all that it has were alive after that: then none of those counted is missing.
 */
int rv_threads_list(struct rv_thread_list *list)
{
    for (int n = 0; n < LISTINGS; n++) {
        uint64_t count;
        int error = list_numbers(list);
        if (!error)
            error = count_threads(&count);
        if (error)
            return error;
        if (list->count != count || !all_are_alive(list))
            continue;
        error = add_start_times(list);
        if (!error)
            error = rv_contexts_each(add_context, list);
        qsort(list->all, list->count, sizeof(*list->all), by_number);
        return error;
    }
    return RV_EBUSY;
}

void rv_threads_free(struct rv_thread_list *list)
{
    free(list->all);
    *list = (struct rv_thread_list){0};
}

/* ---- looking ---- */

/*
 * "running", or "-1 sp pc" (blocked, but not in a system call), or the number of
 * the call, six arguments, sp and pc.
 */
static enum rv_thread_state parse_syscall(const char *text, struct rv_thread_view *view)
{
    uintptr_t *a = view->arguments;

    if (sscanf(text, "%ld %lx %lx %lx %lx %lx %lx %lx %lx", &view->call, &a[0], &a[1], &a[2], &a[3],
               &a[4], &a[5], &view->sp, &view->pc) == 9 &&
        view->call >= 0)
        return RV_THREAD_BLOCKED;
    return RV_THREAD_RUNNING;
}

/* The number behind `name` in a status file; 0 if it has none. */
static uint64_t status_number(const char *status, const char *name)
{
    const char *at = strstr(status, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/*
 * schedstat has how often the thread was given a CPU and costs little; a kernel
 * without it still counts in status how often it left one. 0 or an error number.
 */
static int count_runs(pid_t tid, uint64_t *runs)
{
    unsigned long long on_cpu, waited, times;
    char text[4096];

    if (read_task_file(tid, "schedstat", text, sizeof(text)) > 0 &&
        sscanf(text, "%llu %llu %llu", &on_cpu, &waited, &times) == 3 && times) {
        *runs = times;
        return 0;
    }
    if (read_task_file(tid, "status", text, sizeof(text)) <= 0)
        return errno;
    *runs = status_number(text, "\nvoluntary_ctxt_switches:") +
            status_number(text, "\nnonvoluntary_ctxt_switches:");
    return 0;
}

static void look_at_thread(pid_t tid, struct rv_thread_view *view)
{
    char text[256];
    int error;

    *view = (struct rv_thread_view){.state = RV_THREAD_GONE};
    error = count_runs(tid, &view->runs);
    if (error)
        view->state = state_of_error(error);
    else if (read_task_file(tid, "syscall", text, sizeof(text)) <= 0)
        view->state = state_of_error(errno);
    else
        view->state = parse_syscall(text, view);
}

static void look_at_context(pid_t number, struct rv_thread_view *view)
{
    struct rv_thread_view thread;
    pid_t carrier;

    if (rv_context_look(number, view, &carrier))
        return;
    look_at_thread(carrier, &thread);
    thread.start = view->start;
    thread.end = view->end;
    thread.changes = view->changes;
    *view = thread;
}

/* Its own stack, wherever it is. */
static void look_at_own_stack(pid_t tid, struct rv_thread_view *view)
{
    struct rv_thread_view own = {0};

    if (rv_context_own_stack(tid, &own)) {
        *view = own;
        return;
    }
    look_at_thread(tid, view);
    view->changes = own.changes;
}

void rv_thread_look(pid_t tid, struct rv_thread_view *view)
{
    if (tid < 0)
        look_at_context(tid, view);
    else
        look_at_own_stack(tid, view);
}

/*
 * To run it must be given a CPU, and to be blocked again it must leave it; both
 * are counted. Look() reads the count before the place, so the count of the
 * earlier look is from before its place was known.
 */
int rv_thread_slept(const struct rv_thread_view *before, const struct rv_thread_view *after)
{
    return before->state == RV_THREAD_BLOCKED && after->state == RV_THREAD_BLOCKED &&
           before->runs == after->runs && before->changes == after->changes &&
           before->sp == after->sp && before->pc == after->pc;
}

static void read_name(pid_t tid, char *name, size_t size)
{
    char path[48];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/self/task/%d/comm", (int)tid);
    file = fopen(path, "re");
    *name = 0;
    if (file && fgets(name, (int)size, file))
        name[strcspn(name, "\n")] = 0;
    if (file)
        fclose(file);
}

void rv_thread_text(pid_t tid, char text[RV_THREAD_TEXT])
{
    char name[20];

    if (tid < 0) {
        snprintf(text, RV_THREAD_TEXT, "coroutine %d", -(int)tid);
        return;
    }
    read_name(tid, name, sizeof(name));
    snprintf(text, RV_THREAD_TEXT, "thread %d (%s)", (int)tid, name);
}
