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
    struct rv_command *command;
    const struct rv_sources *sources;
    const char *plugin, *scratch;
    char together[PATH_MAX]; /* the file that Retyped.h of the plugin describes */
};

static int compile_one(const struct work *work, int i)
{
    const struct rv_source *source = &work->sources->list[i];
    char object[PATH_MAX];
    const struct rv_compile compile = {
        .unit = source->unit,
        .file = source->file,
        .place = source->place,
        .object = object,
        .clang = rv_tool_clang(),
        .plugin = work->plugin,
        .together = work->together,
    };

    snprintf(object, sizeof(object), "%s/%d.o", work->scratch, i);
    rv_tool_progress(work->command, "compiling %s %s %s", source->file,
                     source->place == RV_COMPILE_NEW ? "with the flags of" : "as",
                     source->unit.image->file->units[source->unit.unit].source);
    return rv_compile_run(&compile, &work->command->reason);
}

/* How much there is to know from the others by now. */
static off_t known(const struct work *work)
{
    struct stat status;

    return stat(work->together, &status) ? 0 : status.st_size;
}

static int compile_all(const struct work *work, off_t *seen)
{
    int error = 0;

    for (int i = 0; i < work->sources->count && !error; i++) {
        seen[i] = known(work);
        error = compile_one(work, i);
    }
    return error;
}

static int check_callers(const struct work *work)
{
    FILE *file = fopen(work->together, "re");
    char *line = NULL;
    size_t size = 0;
    int error = 0;

    if (!file)
        return rv_because(&work->command->reason, RV_EREAD, "%s: %s", work->together,
                          strerror(errno));
    while (!error && getline(&line, &size, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        error = rv_build_check_callers(work->sources, line, &work->command->reason);
    }
    free(line);
    fclose(file);
    return error;
}

static int compile_late(const struct work *work, const off_t *seen)
{
    const off_t all = known(work);
    int error = all ? check_callers(work) : 0;

    for (int i = 0; i < work->sources->count && !error; i++)
        if (seen[i] != all)
            error = compile_one(work, i);
    if (!error && known(work) != all) /* a function that only the second look has found */
        error = check_callers(work);
    return error;
}

int rv_build_compile(struct rv_command *command, const struct rv_sources *sources,
                     const char *plugin, const char *scratch)
{
    struct work work = {command, sources, plugin, scratch, ""};
    off_t *seen = calloc((size_t)sources->count, sizeof(*seen));
    int error;

    if (!seen)
        return RV_ENOMEM;
    snprintf(work.together, sizeof(work.together), "%s/together", scratch);
    error = compile_all(&work, seen);
    if (!error)
        error = compile_late(&work, seen);
    free(seen);
    return error;
}
