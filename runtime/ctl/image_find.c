/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_find.c - find records by name and units by source path.
 *
 * Reads what image_file.c has checked; allocates only while the file is opened.
 */
#include "image_file_impl.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- by name ---- */

/* By name, then by ordinal, so that results do not depend on qsort. */
static int compare_names(const void *left, const void *right)
{
    const struct name_index *a = left, *b = right;
    int order = strcmp(a->name, b->name);

    return order ? order : (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

int image_file_index(struct image_file *file)
{
    const struct rv_image_file *face = &file->face;

    file->methods_by_name = calloc(face->method_count + 1u, sizeof(struct name_index));
    file->data_by_name = calloc(face->data_count + 1u, sizeof(struct name_index));
    if (!file->methods_by_name || !file->data_by_name)
        return RV_ENOMEM;
    for (uint32_t i = 0; i < face->method_count; i++)
        file->methods_by_name[i] = (struct name_index){face->methods[i].name, i};
    for (uint32_t i = 0; i < face->data_count; i++)
        file->data_by_name[i] = (struct name_index){face->data[i].name, i};
    qsort(file->methods_by_name, face->method_count, sizeof(struct name_index), compare_names);
    qsort(file->data_by_name, face->data_count, sizeof(struct name_index), compare_names);
    return 0;
}

/* First place in the index whose name is not less than `name`. */
static uint32_t lower_bound(const struct name_index *index, uint32_t count, const char *name)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(index[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct linkage {
    int is_static, is_weak;
    uint32_t unit;
};

static struct linkage method_linkage(const struct rv_image_file *face, uint32_t ordinal)
{
    const struct rv_file_method *method = &face->methods[ordinal];

    return (struct linkage){!!(method->record->flags & RV_METHOD_STATIC),
                            !!(method->record->flags & RV_METHOD_WEAK), method->unit};
}

static struct linkage data_linkage(const struct rv_image_file *face, uint32_t ordinal)
{
    const struct rv_file_data *data = &face->data[ordinal];

    return (struct linkage){!!(data->record->flags & RV_DATA_STATIC),
                            !!(data->record->flags & RV_DATA_WEAK), data->unit};
}

typedef struct linkage linkage_of(const struct rv_image_file *face, uint32_t ordinal);

static uint32_t find_external(const struct rv_image_file *face, const struct name_index *index,
                              uint32_t count, const char *name, linkage_of *linkage)
{
    uint32_t found = RV_NONE;

    for (uint32_t i = lower_bound(index, count, name); i < count && !strcmp(index[i].name, name);
         i++) {
        struct linkage it = linkage(face, index[i].ordinal);
        if (!it.is_static && !it.is_weak)
            return index[i].ordinal;
        if (!it.is_static && found == RV_NONE)
            found = index[i].ordinal;
    }
    return found;
}

static uint32_t find_in_unit(const struct rv_image_file *face, const struct name_index *index,
                             uint32_t count, const char *name, uint32_t unit, linkage_of *linkage)
{
    for (uint32_t i = lower_bound(index, count, name); i < count && !strcmp(index[i].name, name);
         i++) {
        if (rv_image_file_same_unit(face, linkage(face, index[i].ordinal).unit, unit))
            return index[i].ordinal;
    }
    return RV_NONE;
}

uint32_t rv_image_file_method(const struct rv_image_file *face, const char *name)
{
    const struct image_file *file = (const struct image_file *)face;

    return find_external(face, file->methods_by_name, face->method_count, name, method_linkage);
}

uint32_t rv_image_file_data(const struct rv_image_file *face, const char *name)
{
    const struct image_file *file = (const struct image_file *)face;

    return find_external(face, file->data_by_name, face->data_count, name, data_linkage);
}

uint32_t rv_image_file_unit_method(const struct rv_image_file *face, uint32_t unit,
                                   const char *name)
{
    const struct image_file *file = (const struct image_file *)face;

    return find_in_unit(face, file->methods_by_name, face->method_count, name, unit,
                        method_linkage);
}

uint32_t rv_image_file_unit_data(const struct rv_image_file *face, uint32_t unit, const char *name)
{
    const struct image_file *file = (const struct image_file *)face;

    return find_in_unit(face, file->data_by_name, face->data_count, name, unit, data_linkage);
}

/* ---- units ---- */

int rv_image_file_same_unit(const struct rv_image_file *face, uint32_t unit, uint32_t other)
{
    if (unit >= face->unit_count || other >= face->unit_count)
        return 0;
    return unit - face->units[unit].record->part == other - face->units[other].record->part;
}

/*
 * Take the last component off `path`, which has `length` bytes left; empty ones
 * and "." do not count. ".." is a component like any other: resolving it would
 * need the file system of the machine that compiled. Returns the component's
 * length, 0 at the end.
 */
static size_t last_component(const char *path, size_t *length, const char **component)
{
    size_t end = *length, start;

    for (;;) {
        while (end && path[end - 1] == '/')
            end--;
        for (start = end; start && path[start - 1] != '/'; start--)
            ;
        if (end - start != 1 || path[start] != '.')
            break;
        end = start;
    }
    *length = start;
    *component = path + start;
    return end - start;
}

/* Number of components at the end of both; INT_MAX if that is all of both. */
static int common_end(const char *left, const char *right)
{
    size_t left_rest = strlen(left), right_rest = strlen(right);
    const char *a, *b;

    for (int common = 0;; common++) {
        size_t a_length = last_component(left, &left_rest, &a);
        size_t b_length = last_component(right, &right_rest, &b);
        if (!a_length && !b_length)
            return common ? INT_MAX : 0;
        if (a_length != b_length || memcmp(a, b, a_length))
            return common;
    }
}

/* As common_end(), of a source path that may be relative to the compiler's directory. */
static int unit_fits(const struct rv_file_unit *unit, const char *path)
{
    char full[2 * PATH_MAX];
    size_t directory = strlen(unit->directory), source = strlen(unit->source);

    if (*unit->source == '/' || directory + 1 + source >= sizeof(full))
        return common_end(unit->source, path);
    memcpy(full, unit->directory, directory);
    full[directory] = '/';
    memcpy(full + directory + 1, unit->source, source + 1);
    return common_end(full, path);
}

uint32_t rv_image_file_numbered_method(const struct rv_image_file *face, uint32_t unit,
                                       uint32_t number)
{
    for (uint32_t i = 0; i < face->method_count; i++) {
        const struct rv_file_method *method = &face->methods[i];

        if (method->unit == unit + number / RV_UNIT_METHODS &&
            method->record->index == number % RV_UNIT_METHODS &&
            !(method->record->flags & RV_METHOD_FIXED))
            return i;
    }
    return RV_NONE;
}

int rv_image_file_find_unit(const struct rv_image_file *face, const char *path, uint32_t *unit)
{
    int best = 0, fits, error = RV_ENOUNIT;

    for (uint32_t i = 0; i < face->unit_count; i++) {
        if (face->units[i].record->part)
            continue;
        fits = unit_fits(&face->units[i], path);
        if (fits && fits == best)
            error = RV_EAMBIGUOUS;
        if (fits > best) {
            best = fits;
            *unit = i;
            error = 0;
        }
    }
    return error;
}
