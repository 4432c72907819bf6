/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_sources.c - from the names that the user gives to a list of compilations.
 *
 * Names of source files are free: the program knows those of its own. What is left is asked of
 * the compiler, in build_headers.c, once for all; what then is left is new. So the order in
 * which files are given means nothing.
 */
#define _GNU_SOURCE
#include "build_sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct search {
    const struct rv_builder *builder;
    struct rv_command *command;
    const struct rv_target_images *images;
    struct rv_sources *sources;
    struct rv_unknown unknown; /* files that are no source of the program */
};

/* ---- the list ---- */

int rv_sources_add(struct rv_sources *sources, const char *file, struct rv_target_unit unit,
                   enum rv_compile_place place)
{
    struct rv_source *grown;

    for (int i = 0; i < sources->count; i++) {
        const struct rv_source *it = &sources->list[i];

        if (!strcmp(it->file, file) && it->unit.image == unit.image && it->unit.unit == unit.unit)
            return 0;
    }
    grown = realloc(sources->list, ((size_t)sources->count + 1) * sizeof(*grown));
    if (!grown)
        return RV_ENOMEM;
    sources->list = grown;
    grown += sources->count;
    *grown = (struct rv_source){strdup(file), unit, place};
    if (!grown->file)
        return RV_ENOMEM;
    sources->count++;
    return 0;
}

int rv_sources_have(const struct rv_sources *sources, const struct rv_target_image *image,
                    uint32_t unit)
{
    for (int i = 0; i < sources->count; i++) {
        const struct rv_source *source = &sources->list[i];

        if (source->place != RV_COMPILE_NEW && source->unit.image == image &&
            rv_image_file_same_unit(image->file, source->unit.unit, unit))
            return 1;
    }
    return 0;
}

void rv_sources_free(struct rv_sources *sources)
{
    while (sources->count)
        free(sources->list[--sources->count].file);
    free(sources->list);
    sources->list = NULL;
}

/* ---- what a name is ---- */

/* The units that were compiled from that very file: more than one, if it was compiled twice. */
static int add_originals(struct search *search, const char *file)
{
    int error = 0;

    for (size_t i = 0; i < search->images->count; i++) {
        const struct rv_target_image *image = &search->images->list[i];

        for (uint32_t n = 0; n < image->file->unit_count && !error; n++)
            if (!image->file->units[n].record->part &&
                rv_compile_is_original(&image->file->units[n], file))
                error = rv_sources_add(search->sources, file, (struct rv_target_unit){image, n},
                                       RV_COMPILE_ORIGINAL);
    }
    return error;
}

/* A copy of a source of the program stands for it; two may not stand for the same. */
static int add_copy(struct search *search, const char *file, struct rv_target_unit unit)
{
    const struct rv_sources *sources = search->sources;

    for (int i = 0; i < sources->count; i++) {
        const struct rv_source *it = &sources->list[i];

        if (it->unit.image == unit.image && it->unit.unit == unit.unit && strcmp(it->file, file))
            return rv_because(&search->command->reason, RV_EAMBIGUOUS,
                              "%s and %s would both stand for %s; give a new file another name",
                              it->file, file, unit.image->file->units[unit.unit].source);
    }
    return rv_sources_add(search->sources, file, unit, RV_COMPILE_ELSEWHERE);
}

static int add_unknown(struct search *search, const char *name, const char *file)
{
    char *copy = strdup(file);

    if (!copy)
        return RV_ENOMEM;
    search->unknown.files[search->unknown.count++] = (struct rv_unknown_file){name, copy, 0};
    return 0;
}

/* `file` becomes the absolute path, without links; errno says why not. */
static int find_file(const char *name, char file[PATH_MAX])
{
    struct stat status;

    if (!realpath(name, file) || stat(file, &status) || access(file, R_OK))
        return RV_EREAD;
    errno = EISDIR;
    return S_ISDIR(status.st_mode) ? RV_EREAD : 0;
}

static int add_named(struct search *search, const char *name)
{
    struct rv_reason *reason = &search->command->reason;
    const char *chosen = search->command->args.unit;
    const int before = search->sources->count;
    struct rv_target_unit unit;
    char file[PATH_MAX];
    int error;

    if (find_file(name, file))
        return rv_because(reason, RV_EREAD, "%s: %s", name, strerror(errno));
    error = chosen ? 0 : add_originals(search, file);
    if (error || search->sources->count > before)
        return error;
    error = rv_target_unit_find(search->images, chosen ? chosen : file, &unit, reason);
    if (!error)
        return add_copy(search, file, unit);
    return error == RV_ENOUNIT && !chosen ? add_unknown(search, name, file) : error;
}

/* ---- what is no source of the program ---- */

/* What stands behind the last dot of the file's name, or "". */
static const char *ending(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot && !strchr(dot, '/') ? dot : "";
}

/* With the flags of the first source of the same language. */
static int add_new(struct search *search, const char *name, const char *file)
{
    const struct rv_sources *sources = search->sources;

    for (int i = 0; i < sources->count; i++) {
        const struct rv_source *it = &sources->list[i];

        if (!strcmp(ending(it->file), ending(file)))
            return rv_sources_add(search->sources, file, it->unit, RV_COMPILE_NEW);
    }
    return rv_because(&search->command->reason, RV_ENOUNIT,
                      "%s: no source of the program includes it; a new one goes with a changed one "
                      "that calls it",
                      name);
}

static int add_rest(struct search *search)
{
    struct rv_unknown *unknown = &search->unknown;
    int error = 0;

    for (size_t i = 0; i < search->images->count && unknown->count && !error; i++)
        error = rv_sources_add_includers(search->builder, &search->images->list[i], unknown,
                                         search->sources);
    for (int i = 0; i < unknown->count && !error; i++)
        if (!unknown->files[i].is_included)
            error = add_new(search, unknown->files[i].name, unknown->files[i].path);
    return error;
}

static int check_image(const struct rv_sources *sources, struct rv_reason *reason)
{
    const struct rv_source *first = sources->list;

    for (int i = 1; i < sources->count; i++) {
        const struct rv_source *it = &sources->list[i];

        if (it->unit.image != first->unit.image)
            return rv_because(reason, RV_EAMBIGUOUS,
                              "%s belongs to %s and %s to %s; make a patch for each", first->file,
                              first->unit.image->name, it->file, it->unit.image->name);
    }
    return 0;
}

int rv_sources_find(const struct rv_builder *builder, const struct rv_build_request *request,
                    const struct rv_target_images *images, struct rv_sources *sources)
{
    struct rv_command *command = builder->command;
    struct search search = {builder, command, images, sources, {0}};
    int error = 0;

    *sources = (struct rv_sources){0};
    if (command->args.unit && request->file_count > 1)
        return rv_because(&command->reason, RV_EOPTIONS, "--unit goes with one FILE");
    search.unknown.files = calloc((size_t)request->file_count, sizeof(*search.unknown.files));
    if (!search.unknown.files)
        return RV_ENOMEM;
    for (int i = 0; i < request->file_count && !error; i++)
        error = add_named(&search, request->files[i]);
    if (!error)
        error = add_rest(&search);
    if (!error)
        error = check_image(sources, &command->reason);
    while (search.unknown.count)
        free(search.unknown.files[--search.unknown.count].path);
    free(search.unknown.files);
    return error;
}
