/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_compile.c - see build_compile.h.
 */
#define _GNU_SOURCE
#include "build_compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct work {
    const struct rv_builder *builder;
    const struct rv_sources *sources;
    char together[PATH_MAX]; /* the file that Retyped.h of the plugin describes */
    off_t *seen;             /* how much of it was there when each of them was compiled */
    int *todo, todo_count;   /* which of them are compiled now */
};

/* How much there is to know from the others by now. */
static off_t known(const struct work *work)
{
    struct stat status;

    return stat(work->together, &status) ? 0 : status.st_size;
}

static int compile_command(void *context, int turn, struct rv_words *words, const char **directory)
{
    const struct work *work = context;
    const int i = work->todo[turn];
    const struct rv_source *source = &work->sources->list[i];
    const struct rv_file_unit *unit = &source->unit.image->file->units[source->unit.unit];
    char object[PATH_MAX];
    const struct rv_compile compile = {
        .unit = source->unit,
        .file = source->file,
        .place = source->place,
        .object = object,
        .clang = rv_tool_clang(),
        .plugin = work->builder->plugin,
        .together = work->together,
    };

    snprintf(object, sizeof(object), "%s/%d.o", work->builder->scratch, i);
    rv_tool_progress(work->builder->command, "compiling %s %s %s", source->file,
                     source->place == RV_COMPILE_NEW ? "with the flags of" : "as", unit->source);
    rv_compile_command(&compile, words);
    *directory = unit->directory;
    work->seen[i] = known(work);
    return 0;
}

static int compile_all(struct work *work)
{
    const struct rv_tool_jobs jobs = {
        .count = work->todo_count,
        .at_once = work->builder->jobs,
        .context = work,
        .command = compile_command,
    };

    return rv_tool_run_all(&jobs, &work->builder->command->reason);
}

static int check_callers(const struct work *work)
{
    struct rv_reason *reason = &work->builder->command->reason;
    FILE *file = fopen(work->together, "re");
    char *line = NULL;
    size_t size = 0;
    int error = 0;

    if (!file)
        return rv_because(reason, RV_EREAD, "%s: %s", work->together, strerror(errno));
    while (!error && getline(&line, &size, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        error = rv_build_check_callers(work->sources, line, reason);
    }
    free(line);
    fclose(file);
    return error;
}

static int compile_late(struct work *work)
{
    const off_t all = known(work);
    int error = all ? check_callers(work) : 0;

    work->todo_count = 0;
    for (int i = 0; i < work->sources->count; i++)
        if (work->seen[i] != all)
            work->todo[work->todo_count++] = i;
    if (!error)
        error = compile_all(work);
    if (!error && known(work) != all) /* a function that only the second look has found */
        error = check_callers(work);
    return error;
}

int rv_build_compile(const struct rv_builder *builder, const struct rv_sources *sources)
{
    const size_t count = (size_t)sources->count;
    struct work work = {.builder = builder, .sources = sources};
    int error = RV_ENOMEM;

    snprintf(work.together, sizeof(work.together), "%s/together", builder->scratch);
    work.seen = calloc(count, sizeof(*work.seen));
    work.todo = calloc(count, sizeof(*work.todo));
    if (work.seen && work.todo) {
        while (work.todo_count < sources->count) {
            work.todo[work.todo_count] = work.todo_count;
            work.todo_count++;
        }
        error = compile_all(&work);
        if (!error)
            error = compile_late(&work);
    }
    free(work.seen);
    free(work.todo);
    return error;
}
