/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tool_jobs.c - several compilers at once. Each says what it has to say into a file of its own,
 * which is shown when it ends, so that no two get mixed up. One thread, which waits for any
 * child: there must be no others.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools.h"

struct job {
    pid_t child;
    int index;
    int said; /* file descriptor */
};

struct crew {
    const struct rv_tool_jobs *jobs;
    struct rv_reason *reason;
    struct job *list; /* those that run */
    int count;
};

int rv_tool_processors(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
}

static int start(struct crew *crew, int index)
{
    struct job job = {.index = index, .said = memfd_create("said", MFD_CLOEXEC)};
    struct rv_words words = {0};
    const char *directory = NULL;
    int error;

    if (job.said < 0)
        return rv_because(crew->reason, RV_EBUILD, "memfd_create: %s", strerror(errno));
    error = crew->jobs->command(crew->jobs->context, index, &words, &directory);
    if (!error)
        error = rv_tool_start(&words, directory, job.said, &job.child, crew->reason);
    rv_words_free(&words);
    if (error)
        close(job.said);
    else
        crew->list[crew->count++] = job;
    return error;
}

static void show(int said)
{
    char text[4096];
    ssize_t got;

    for (off_t at = 0; (got = pread(said, text, sizeof(text), at)) > 0; at += got)
        fwrite(text, 1, (size_t)got, stderr);
}

/* Whoever is waited for next; a null pointer: nobody. A stranger's child counts for nothing. */
static struct job *wait_for_any(const struct crew *crew, int *status)
{
    for (;;) {
        pid_t child = waitpid(-1, status, 0);

        if (child < 0 && errno != EINTR)
            return NULL;
        for (int i = 0; i < crew->count; i++)
            if (crew->list[i].child == child)
                return &crew->list[i];
    }
}

/* `before` is why nobody is started any more; so is the result. */
static int finish(struct crew *crew, int before)
{
    int status, error = before;
    struct job *job = wait_for_any(crew, &status);

    if (!job) {
        crew->count = 0;
        return rv_because(crew->reason, RV_EBUILD, "waitpid: %s", strerror(errno));
    }
    show(job->said);
    close(job->said);
    if (!before && !(WIFEXITED(status) && !WEXITSTATUS(status)))
        error = rv_because(crew->reason, RV_EBUILD, "see what %s says above", rv_tool_clang());
    *job = crew->list[--crew->count];
    return error;
}

int rv_tool_run_all(const struct rv_tool_jobs *jobs, struct rv_reason *reason)
{
    struct crew crew = {jobs, reason, calloc((size_t)jobs->at_once, sizeof(struct job)), 0};
    int error = crew.list ? 0 : RV_ENOMEM;

    for (int next = 0; crew.count || (!error && next < jobs->count);) {
        if (!error && next < jobs->count && crew.count < jobs->at_once)
            error = start(&crew, next++);
        else
            error = finish(&crew, error);
    }
    free(crew.list);
    return error;
}
