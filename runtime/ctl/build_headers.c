/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_headers.c - which units include a file, as the compiler says when it is asked for
 * make rules with the recorded commands.
 *
 * The plugin asks for many in one process (Includes.cpp). Each of the processes that run at
 * once gets a share of the units: their commands in a file, and leaves a rule for each.
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

struct question {
    const struct rv_builder *builder;
    const struct rv_image_file *image;
    int shares;
};

/* Fewer than these are no reason to start a compiler more. */
enum { UNITS_OF_A_SHARE = 8 };

static void rule_path(const struct rv_builder *builder, uint32_t unit, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/rule.%u", builder->scratch, (unsigned)unit);
}

/* The folder, the words, an empty one. Without those that are for the first clang, not the next. */
static int put_command(const struct question *question, uint32_t ordinal, FILE *file)
{
    const struct rv_file_unit *unit = &question->image->units[ordinal];
    struct rv_words words = {0};
    char rule[PATH_MAX];
    int error;

    rule_path(question->builder, ordinal, rule);
    rv_compile_rule_command(unit, question->builder->plugin, rule, &words);
    error = words.error;
    fwrite(unit->directory, 1, strlen(unit->directory) + 1, file);
    for (size_t i = 0; i < words.count; i++)
        fwrite(words.list[i], 1, strlen(words.list[i]) + 1, file);
    putc(0, file);
    rv_words_free(&words);
    return error;
}

/* Of `shares` shares, the one of number `share`: each takes its turn, as costs are alike nearby. */
static int put_commands(const struct question *question, int share, const char *path)
{
    FILE *file = fopen(path, "we");
    int error = 0, turn = 0;

    if (!file)
        return RV_EWRITE;
    for (uint32_t i = 0; i < question->image->unit_count && !error; i++)
        if (!question->image->units[i].record->part && turn++ % question->shares == share)
            error = put_command(question, i, file);
    if (fclose(file) && !error)
        error = RV_EWRITE;
    return error;
}

static int ask_command(void *context, int i, struct rv_words *words, const char **directory)
{
    const struct question *question = context;
    const struct rv_builder *builder = question->builder;
    char path[PATH_MAX];
    int error;

    (void)directory; /* each unit has its own */
    snprintf(path, sizeof(path), "%s/units.%d", builder->scratch, i);
    error = put_commands(question, i, path);
    if (error)
        return rv_because(&builder->command->reason, error, "%s: %s", path, strerror(errno));
    rv_compile_ask_command(rv_tool_clang(), builder->plugin, path, words);
    return 0;
}

/* All units of the image, each of which leaves a rule. */
static int ask(const struct rv_builder *builder, const struct rv_image_file *image)
{
    const int shares = (int)(image->unit_count / UNITS_OF_A_SHARE) + 1;
    struct question question = {builder, image, shares < builder->jobs ? shares : builder->jobs};
    const struct rv_tool_jobs jobs = {question.shares, question.shares, ask_command, &question};

    return rv_tool_run_all(&jobs, &builder->command->reason);
}

static int read_rule(const struct rv_builder *builder, uint32_t unit, char **rule)
{
    char path[PATH_MAX];

    rule_path(builder, unit, path);
    *rule = read_text(path);
    unlink(path); /* another image has its units under the same numbers */
    return *rule
               ? 0
               : rv_because(&builder->command->reason, RV_EBUILD, "%s: %s", path, strerror(errno));
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

int rv_sources_add_includers(const struct rv_builder *builder, const struct rv_target_image *image,
                             struct rv_unknown *unknown, struct rv_sources *sources)
{
    struct rv_command *command = builder->command;
    int error;

    rv_tool_progress(command, "looking for what includes %s", unknown->files[0].path);
    error = ask(builder, image->file);
    for (uint32_t i = 0; i < image->file->unit_count && !error; i++) {
        const struct rv_file_unit *unit = &image->file->units[i];
        char *rule;

        if (unit->record->part)
            continue;
        error = read_rule(builder, i, &rule);
        if (error)
            continue;
        if (marks(command, unit, rule, unknown) && !rv_sources_have(sources, image, i))
            error = add_original(image, i, sources, &command->reason);
        free(rule);
    }
    return error;
}
