/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target_images.c - see target_images.h.
 */
#define _GNU_SOURCE
#include "target_images.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"

static int add_image(struct rv_target_images *images, const char *path, const char *name,
                     struct rv_image_file *file)
{
    struct rv_target_image *grown =
        realloc(images->list, (images->count + 1) * sizeof(*images->list));

    if (!grown)
        return RV_ENOMEM;
    images->list = grown;
    grown += images->count++;
    snprintf(grown->path, sizeof(grown->path), "%s", path);
    snprintf(grown->name, sizeof(grown->name), "%s", name);
    grown->file = file;
    return 0;
}

/* A file of a process. One that is not instrumented, or is a patch, is left out. */
static int visit_file(const char *path, const char *name, void *context)
{
    struct rv_image_file *file;
    int error = rv_image_file_open(path, &file);

    if (error)
        return error == RV_ENOMEM ? error : 0;
    if (file->patch) {
        rv_image_file_close(file);
        return 0;
    }
    error = add_image(context, path, name, file);
    if (error)
        rv_image_file_close(file);
    return error;
}

static int open_process(int pid, struct rv_target_images *images, struct rv_reason *reason)
{
    int error = rv_process_files(pid, visit_file, images);

    if (error)
        return rv_because(reason, error, "%d", pid);
    return images->count ? 0 : rv_because(reason, RV_ENORECORDS, "process %d", pid);
}

static int open_program(const char *program, struct rv_target_images *images,
                        struct rv_reason *reason)
{
    struct rv_image_file *file;
    char path[PATH_MAX];
    int error;

    if (!realpath(program, path))
        return rv_because(reason, RV_EREAD, "%s: %s", program, strerror(errno));
    error = rv_image_file_open(path, &file);
    if (!error && file->patch) {
        rv_image_file_close(file);
        return rv_because(reason, RV_ENORECORDS, "%s is a patch, not a program", program);
    }
    if (error)
        return rv_because(reason, error, "%s", program);
    error = add_image(images, path, path, file);
    if (error)
        rv_image_file_close(file);
    return error;
}

int rv_target_images_open(const char *program, struct rv_target_images *images,
                          struct rv_reason *reason)
{
    *images = (struct rv_target_images){0};
    if (rv_process_is_number(program))
        return open_process(atoi(program), images, reason);
    return open_program(program, images, reason);
}

void rv_target_images_close(struct rv_target_images *images)
{
    while (images->count)
        rv_image_file_close(images->list[--images->count].file);
    free(images->list);
    images->list = NULL;
}

/* ---- which unit ---- */

/* Add to the sentence each unit whose source has that base name. */
static void list_units(const struct rv_target_images *images, const char *source,
                       struct rv_reason *reason)
{
    for (size_t i = 0; i < images->count; i++) {
        const struct rv_image_file *file = images->list[i].file;

        for (uint32_t n = 0; n < file->unit_count; n++) {
            const struct rv_file_unit *unit = &file->units[n];
            size_t length = strlen(reason->text);

            if (unit->record->part || strcmp(basename(unit->source), basename(source)))
                continue;
            snprintf(reason->text + length, sizeof(reason->text) - length, "; %s in %s (%s)",
                     unit->source, unit->directory, basename(images->list[i].name));
        }
    }
}

static int ambiguous(const struct rv_target_images *images, const char *source,
                     struct rv_reason *reason)
{
    rv_because(reason, RV_EAMBIGUOUS, "%s, choose with --unit", source);
    list_units(images, source, reason);
    return RV_EAMBIGUOUS;
}

int rv_target_unit_find(const struct rv_target_images *images, const char *source,
                        struct rv_target_unit *unit, struct rv_reason *reason)
{
    unsigned hits = 0;

    for (size_t i = 0; i < images->count; i++) {
        uint32_t ordinal;
        int error = rv_image_file_find_unit(images->list[i].file, source, &ordinal);

        if (error == RV_EAMBIGUOUS)
            return ambiguous(images, source, reason);
        if (error)
            continue;
        *unit = (struct rv_target_unit){&images->list[i], ordinal};
        hits++;
    }
    if (hits > 1)
        return ambiguous(images, source, reason);
    return hits ? 0 : rv_because(reason, RV_ENOUNIT, "%s", basename(source));
}
