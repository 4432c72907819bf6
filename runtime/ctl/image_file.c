/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_file.c - check every record of an ELF file and resolve its links.
 *
 * image_elf.c has copied the sections out before, so that what is checked here
 * is what is used later. Lookups are in image_find.c.
 */
#include "image_file_impl.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const size_t record_sizes[SECTION_COUNT] = {
    [SECTION_METHODS] = sizeof(struct rv_method),
    [SECTION_UNITS] = sizeof(struct rv_unit),
    [SECTION_DATA] = sizeof(struct rv_data),
    [SECTION_STRINGS] = 1,
    [SECTION_PATCH] = sizeof(struct rv_patch),
    [SECTION_REPLACEMENTS] = sizeof(struct rv_replacement),
    [SECTION_IMPORTS] = sizeof(struct rv_import),
    [SECTION_FIXUPS] = sizeof(struct rv_fixup),
    [SECTION_HOOKS] = sizeof(struct rv_hook_file),
    [SECTION_TRANSFORMS] = sizeof(struct rv_transformer),
};

/* ---- links between records ---- */

/* Address, as linked, that a distance leads to; 0 for the distance 0. */
static uint64_t target(const struct section *from, const rv_rel *field)
{
    if (!*field)
        return 0;
    return from->address + (uint64_t)((const uint8_t *)field - from->bytes) +
           (uint64_t)(int64_t)*field;
}

/* A string that `field` leads to; null if it isn't one. */
static const char *string_at(const struct image_file *file, const struct section *from,
                             const rv_rel *field)
{
    const struct section *strings = &file->sections[SECTION_STRINGS];
    uint64_t at = target(from, field) - strings->address;

    if (!*field || at >= strings->size || !memchr(strings->bytes + at, 0, strings->size - at))
        return NULL;
    return (const char *)strings->bytes + at;
}

/* A list of strings that an empty one ends; null if it isn't one. */
static const char *list_at(const struct image_file *file, const struct section *from,
                           const rv_rel *field)
{
    const struct section *strings = &file->sections[SECTION_STRINGS];
    const char *list = string_at(file, from, field);
    const char *end;

    if (!list)
        return NULL; /* and there may be no strings at all */
    end = (const char *)strings->bytes + strings->size;
    for (const char *at = list; at; at = memchr(at, 0, (size_t)(end - at)) + 1) {
        if (at >= end || !memchr(at, 0, (size_t)(end - at)))
            return NULL;
        if (!*at)
            return list;
    }
    return NULL;
}

static int unit_at(const struct image_file *file, const struct section *from, const rv_rel *field,
                   uint32_t *unit)
{
    uint64_t at = target(from, field) - file->sections[SECTION_UNITS].address;

    if (!*field || at >= file->sections[SECTION_UNITS].size || at % sizeof(struct rv_unit))
        return RV_ECORRUPT;
    *unit = (uint32_t)(at / sizeof(struct rv_unit));
    return 0;
}

/* ---- one function per kind of record ---- */

static int resolve_units(struct image_file *file, uint32_t count)
{
    const struct section *section = &file->sections[SECTION_UNITS];
    const struct rv_unit *records = (const void *)section->bytes;
    struct rv_file_unit *units = calloc(count + 1u, sizeof(*units));

    file->face.units = units;
    file->face.unit_count = count;
    if (!units)
        return RV_ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        units[i].record = &records[i];
        units[i].source = string_at(file, section, &records[i].source);
        units[i].directory = string_at(file, section, &records[i].directory);
        units[i].compiler = string_at(file, section, &records[i].compiler);
        units[i].command = list_at(file, section, &records[i].command);
        units[i].types = list_at(file, section, &records[i].types);
        units[i].calls = list_at(file, section, &records[i].calls);
        if (!units[i].source || !units[i].directory || !units[i].compiler || !units[i].command ||
            !units[i].types || !units[i].calls)
            return RV_ECORRUPT;
        if (records[i].part && (!i || records[i - 1].part != records[i].part - 1))
            return RV_ECORRUPT;
    }
    return 0;
}

static int resolve_methods(struct image_file *file, uint32_t count)
{
    const struct section *section = &file->sections[SECTION_METHODS];
    const struct rv_method *records = (const void *)section->bytes;
    struct rv_file_method *methods = calloc(count + 1u, sizeof(*methods));

    file->face.methods = methods;
    file->face.method_count = count;
    if (!methods)
        return RV_ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        methods[i].record = &records[i];
        methods[i].name = string_at(file, section, &records[i].name);
        methods[i].entry = target(section, &records[i].entry);
        methods[i].body = target(section, &records[i].body);
        if (!methods[i].name || unit_at(file, section, &records[i].unit, &methods[i].unit))
            return RV_ECORRUPT;
    }
    return 0;
}

static int resolve_data(struct image_file *file, uint32_t count)
{
    const struct section *section = &file->sections[SECTION_DATA];
    const struct rv_data *records = (const void *)section->bytes;
    struct rv_file_data *data = calloc(count + 1u, sizeof(*data));

    file->face.data = data;
    file->face.data_count = count;
    if (!data)
        return RV_ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        data[i].record = &records[i];
        data[i].name = string_at(file, section, &records[i].name);
        data[i].address = target(section, &records[i].address);
        if (!data[i].name || unit_at(file, section, &records[i].unit, &data[i].unit))
            return RV_ECORRUPT;
    }
    return 0;
}

static int resolve_replacements(struct image_file *file, uint32_t count)
{
    const struct section *section = &file->sections[SECTION_REPLACEMENTS];
    const struct rv_replacement *records = (const void *)section->bytes;
    struct rv_file_replacement *replacements = calloc(count + 1u, sizeof(*replacements));

    file->face.replacements = replacements;
    file->face.replacement_count = count;
    if (!replacements)
        return RV_ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        replacements[i].record = &records[i];
        replacements[i].name = string_at(file, section, &records[i].name);
        replacements[i].body = target(section, &records[i].body);
        if (!replacements[i].name)
            return RV_ECORRUPT;
    }
    return 0;
}

static int resolve_imports(struct image_file *file, uint32_t count)
{
    const struct section *section = &file->sections[SECTION_IMPORTS];
    const struct rv_import *records = (const void *)section->bytes;
    struct rv_file_import *imports = calloc(count + 1u, sizeof(*imports));

    file->face.imports = imports;
    file->face.import_count = count;
    if (!imports)
        return RV_ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        imports[i].record = &records[i];
        imports[i].name = string_at(file, section, &records[i].name);
        if (!imports[i].name)
            return RV_ECORRUPT;
    }
    return 0;
}

static int resolve_hooks(struct image_file *file, uint32_t count)
{
    const struct section *section = &file->sections[SECTION_HOOKS];
    const struct rv_hook_file *records = (const void *)section->bytes;
    struct rv_file_hooks *hooks = calloc(count + 1u, sizeof(*hooks));

    file->face.hook_files = hooks;
    file->face.hook_file_count = count;
    if (!hooks)
        return RV_ENOMEM;
    for (uint32_t i = 0; i < count; i++)
        for (int kind = 0; kind < RV_HOOK_KINDS; kind++) {
            hooks[i].names[kind] = string_at(file, section, &records[i].of[kind].name);
            if (!hooks[i].names[kind] && records[i].of[kind].function)
                return RV_ECORRUPT;
        }
    return 0;
}

static int resolve_transformers(struct image_file *file, uint32_t count)
{
    const struct section *section = &file->sections[SECTION_TRANSFORMS];
    const struct rv_transformer *records = (const void *)section->bytes;
    struct rv_file_transformer *transformers = calloc(count + 1u, sizeof(*transformers));

    file->face.transformers = transformers;
    file->face.transformer_count = count;
    if (!transformers)
        return RV_ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        transformers[i].record = &records[i];
        transformers[i].type = string_at(file, section, &records[i].type);
        if (!transformers[i].type)
            return RV_ECORRUPT;
    }
    return 0;
}

static int resolve_patch(struct image_file *file, uint32_t count)
{
    const struct rv_patch *patch = (const void *)file->sections[SECTION_PATCH].bytes;

    if (count > 1 || (count && patch->build_id_size > sizeof(patch->build_id)))
        return RV_ECORRUPT;
    if (count && patch->abi != RV_RECORD_ABI)
        return RV_ERECORDS;
    file->face.patch = count ? patch : NULL;
    return 0;
}

/* ---- opening ---- */

static uint64_t hash_records(const struct image_file *file)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (int kind = SECTION_METHODS; kind <= SECTION_STRINGS; kind++) {
        const struct section *section = &file->sections[kind];
        for (uint64_t i = 0; i < section->size; i++)
            hash = (hash ^ section->bytes[i]) * 0x100000001b3u;
    }
    return hash;
}

static int resolve(struct image_file *file)
{
    static int (*const steps[SECTION_COUNT])(struct image_file *, uint32_t) = {
        [SECTION_UNITS] = resolve_units,
        [SECTION_METHODS] = resolve_methods,
        [SECTION_DATA] = resolve_data,
        [SECTION_PATCH] = resolve_patch,
        [SECTION_REPLACEMENTS] = resolve_replacements,
        [SECTION_IMPORTS] = resolve_imports,
        [SECTION_HOOKS] = resolve_hooks,
        [SECTION_TRANSFORMS] = resolve_transformers,
    };

    for (int kind = 0; kind < SECTION_COUNT; kind++) {
        uint64_t count = file->sections[kind].size / record_sizes[kind];
        int error = file->sections[kind].size % record_sizes[kind] ? RV_ECORRUPT : 0;
        if (count >= RV_NONE)
            error = RV_ECORRUPT;
        if (!error && steps[kind])
            error = steps[kind](file, (uint32_t)count);
        if (error)
            return error;
    }
    file->face.fixup_count =
        (uint32_t)(file->sections[SECTION_FIXUPS].size / sizeof(struct rv_fixup));
    file->face.image_hash = hash_records(file);
    return image_file_index(file);
}

int rv_image_file_open_fd(int fd, struct rv_image_file **face)
{
    struct image_file *file = calloc(1, sizeof(*file));
    int error;

    if (!file)
        return RV_ENOMEM;
    error = image_file_read(fd, file);
    if (!error)
        error = resolve(file);
    if (error) {
        rv_image_file_close(&file->face);
        return error;
    }
    *face = &file->face;
    return 0;
}

int rv_image_file_open(const char *path, struct rv_image_file **file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error;

    if (fd < 0)
        return RV_EREAD;
    error = rv_image_file_open_fd(fd, file);
    close(fd);
    return error;
}

void rv_image_file_close(struct rv_image_file *face)
{
    struct image_file *file = (struct image_file *)face;

    if (!file)
        return;
    for (int kind = 0; kind < SECTION_COUNT; kind++)
        free(file->sections[kind].bytes);
    free((void *)face->units);
    free((void *)face->methods);
    free((void *)face->data);
    free((void *)face->replacements);
    free((void *)face->imports);
    free((void *)face->hook_files);
    free((void *)face->transformers);
    free(file->methods_by_name);
    free(file->data_by_name);
    free(file);
}
