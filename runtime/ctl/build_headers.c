/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_headers.c - which units include a file, as the compiler says when it is asked for a
 * make rule with the recorded commands.
 */
#define _GNU_SOURCE
#include "build_sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One name of a make rule, from `*at` on, unescaped. 0: there is none any more. */
static int next_name(const char **at, char *name, size_t size)
{
    const char *from = *at;
    size_t length = 0;

    while (strchr(" \n\\", *from) && *from && !(*from == '\\' && from[1] != '\n'))
        from++;
    for (; *from && *from != ' ' && *from != '\n'; from++) {
        if (*from == '\\' && from[1] == '\n')
            break;
        if ((*from == '\\' && strchr(" #\\", from[1])) || (*from == '$' && from[1] == '$'))
            from++;
        if (length < size - 1)
            name[length++] = *from;
    }
    name[length] = 0;
    *at = from;
    return length > 0;
}

/* Whether `name`, as it is called in `directory`, is the file with that status. */
static int is_file(const char *directory, const char *name, const struct stat *wanted)
{
    char path[2 * PATH_MAX];
    struct stat status;

    if (*name == '/')
        snprintf(path, sizeof(path), "%s", name);
    else
        snprintf(path, sizeof(path), "%s/%s", directory, name);
    return !stat(path, &status) && status.st_dev == wanted->st_dev &&
           status.st_ino == wanted->st_ino;
}

/* The whole file, to be freed; a null pointer: errno says why not. */
static char *read_text(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "re");

    if (!file)
        return NULL;
    if (getdelim(&text, &size, 0, file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

int rv_rule_has(const char *rule, const char *directory, const char *path)
{
    const char *at = strchr(rule, ':');
    char name[PATH_MAX];
    struct stat wanted;

    if (!at || stat(path, &wanted))
        return 0;
    for (at++; next_name(&at, name, sizeof(name));)
        if (is_file(directory, name, &wanted))
            return 1;
    return 0;
}

/* Writes the unit's rule to a file in `scratch` and reads it; the caller frees it. */
static int read_rule(const struct rv_file_unit *unit, const char *scratch, char **rule,
                     struct rv_reason *reason)
{
    struct rv_words words = {0};
    char path[PATH_MAX];
    int error;

    snprintf(path, sizeof(path), "%s/rule", scratch);
    rv_compile_rule_command(unit, rv_tool_clang(), path, &words);
    error = rv_tool_run(&words, unit->directory, reason);
    rv_words_free(&words);
    if (error)
        return error;
    *rule = read_text(path);
    return *rule ? 0 : rv_because(reason, RV_EBUILD, "%s: %s", path, strerror(errno));
}

/* Whether the unit includes any of them, each of which is marked. */
static int marks(struct rv_command *command, const struct rv_file_unit *unit, const char *rule,
                 struct rv_unknown *unknown)
{
    int found = 0;

    for (int i = 0; i < unknown->count; i++) {
        struct rv_unknown_file *file = &unknown->files[i];

        if (!rv_rule_has(rule, unit->directory, file->path))
            continue;
        rv_tool_progress(command, "%s includes %s", unit->source, file->path);
        file->is_included = found = 1;
    }
    return found;
}

static int add_original(const struct rv_target_image *image, uint32_t ordinal,
                        struct rv_sources *sources, struct rv_reason *reason)
{
    const struct rv_file_unit *unit = &image->file->units[ordinal];
    char file[PATH_MAX];

    if (!rv_compile_original(unit, file))
        return rv_because(reason, RV_EREAD, "%s: %s", unit->source, strerror(errno));
    return rv_sources_add(sources, file, (struct rv_target_unit){image, ordinal},
                          RV_COMPILE_ORIGINAL);
}

int rv_sources_add_includers(struct rv_command *command, const struct rv_target_image *image,
                             struct rv_unknown *unknown, const char *scratch,
                             struct rv_sources *sources)
{
    int error = 0;

    rv_tool_progress(command, "looking for what includes %s", unknown->files[0].path);
    for (uint32_t i = 0; i < image->file->unit_count && !error; i++) {
        const struct rv_file_unit *unit = &image->file->units[i];
        char *rule;

        if (unit->record->part)
            continue;
        error = read_rule(unit, scratch, &rule, &command->reason);
        if (error)
            continue;
        if (marks(command, unit, rule, unknown) && !rv_sources_have(sources, image, i))
            error = add_original(image, i, sources, &command->reason);
        free(rule);
    }
    return error;
}
