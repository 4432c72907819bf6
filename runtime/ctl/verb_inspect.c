/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_inspect.c - revector inspect: what a patch is for, and what it brings.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_file.h"
#include "patch_file.h"

/* Names one by one, so that a list is printed from whatever array has them. */
static void print_names(struct rv_out *out, const char *key, size_t count,
                        const char *(*name)(const struct rv_image_file *patch, size_t i),
                        const struct rv_image_file *patch)
{
    const char **names = calloc(count ? count : 1, sizeof(*names));
    size_t kept = 0;

    for (size_t i = 0; names && i < count; i++) {
        names[kept] = name(patch, i);
        kept += names[kept] != NULL;
    }
    if (names)
        rv_out_names(out, key, names, kept);
    free(names);
}

static const char *replacement_name(const struct rv_image_file *patch, size_t i)
{
    return patch->replacements[i].name;
}

static const char *new_method_name(const struct rv_image_file *patch, size_t i)
{
    return patch->methods[i].name;
}

static const char *new_data_name(const struct rv_image_file *patch, size_t i)
{
    return patch->data[i].name;
}

static const char *method_import_name(const struct rv_image_file *patch, size_t i)
{
    const struct rv_file_import *import = &patch->imports[i];

    return import->record->kind == RV_IMPORT_METHOD ? import->name : NULL;
}

static const char *data_import_name(const struct rv_image_file *patch, size_t i)
{
    const struct rv_file_import *import = &patch->imports[i];

    return import->record->kind == RV_IMPORT_DATA ? import->name : NULL;
}

static const char *source_name(const struct rv_image_file *patch, size_t i)
{
    return patch->units[i].record->part ? NULL : patch->units[i].source;
}

static void print_patch(struct rv_out *out, const char *path, off_t size,
                        const struct rv_image_file *patch)
{
    char id[RV_HEX_MAX];

    rv_out_text(out, "patch", path);
    rv_build_id_text(patch->patch->build_id, patch->patch->build_id_size, id);
    rv_out_text(out, "for_build", id);
    rv_build_id_text(patch->build_id, patch->build_id_size, id);
    rv_out_text(out, "own_build", id);
    rv_out_text(out, "compiler", patch->unit_count ? patch->units[0].compiler : NULL);
    print_names(out, "sources", patch->unit_count, source_name, patch);
    print_names(out, "replaces", patch->replacement_count, replacement_name, patch);
    print_names(out, "adds_functions", patch->method_count, new_method_name, patch);
    print_names(out, "adds_data", patch->data_count, new_data_name, patch);
    print_names(out, "calls", patch->import_count, method_import_name, patch);
    print_names(out, "uses_data", patch->import_count, data_import_name, patch);
    rv_out_number(out, "fixups", patch->fixup_count);
    rv_out_number(out, "bytes", (uint64_t)size);
}

int rv_verb_inspect(struct rv_command *command)
{
    const char *path = command->args.operands[0];
    struct rv_image_file *patch = NULL;
    struct stat status = {0};
    int fd = -1, error = rv_patch_open(path, &fd, &command->reason);

    if (error)
        return error;
    if (!fstat(fd, &status))
        error = rv_image_file_open_fd(fd, &patch);
    close(fd);
    if (!error && !patch->patch)
        error = RV_ENOPATCH;
    if (error)
        rv_because(&command->reason, error, "%s", path);
    else
        print_patch(&command->out, path, status.st_size, patch);
    rv_image_file_close(patch);
    return error;
}
