/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_callers.c - who of the program uses a function of another source file, as the units'
 * records of calls say.
 */
#include "build_compile.h"

#include <stdlib.h>
#include <string.h>

/* What stands behind the function's name in the unit's list of calls; null: it has none. */
static const char *callers_in(const struct rv_file_unit *unit, const char *name)
{
    const size_t length = strlen(name);

    for (const char *entry = unit->calls; *entry; entry += strlen(entry) + 1)
        if (!strncmp(entry, name, length) && entry[length] == '\n')
            return entry + length + 1;
    return NULL;
}

/* The first of the callers that the linker has kept, or a null pointer. */
static const char *first_caller(const struct rv_image_file *file, uint32_t unit,
                                const char *callers)
{
    char *end;

    for (; *callers && *callers != '&'; callers = *end ? end + 1 : end) {
        uint32_t number = (uint32_t)strtoul(callers, &end, 10);
        uint32_t method = rv_image_file_numbered_method(file, unit, number);

        if (method != RV_NONE)
            return file->methods[method].name;
        if (end == callers)
            break;
    }
    return NULL;
}

static int check_unit(const struct rv_sources *sources, uint32_t ordinal, const char *name,
                      struct rv_reason *reason)
{
    const struct rv_target_image *image = sources->list[0].unit.image;
    const struct rv_file_unit *unit = &image->file->units[ordinal];
    const char *callers = callers_in(unit, name), *caller;

    if (!callers)
        return 0;
    if (strchr(callers, '&'))
        return rv_because(reason, RV_ESIGNATURE,
                          "the address of %s is taken in %s; give the new function another name",
                          name, unit->source);
    caller = first_caller(image->file, ordinal, callers);
    if (!caller || rv_sources_have(sources, image, ordinal))
        return 0;
    return rv_because(reason, RV_ESIGNATURE,
                      "%s is called by %s of %s; change that, too, and give the file to the same "
                      "patch, or give the new function another name",
                      name, caller, unit->source);
}

int rv_build_check_callers(const struct rv_sources *sources, const char *name,
                           struct rv_reason *reason)
{
    const struct rv_target_image *image = sources->list[0].unit.image;
    int error = 0;

    if (rv_symbols_is_interface(image->path, name))
        return rv_because(reason, RV_ESIGNATURE,
                          "%s is exported by a library, and others may call it; give the new "
                          "function another name",
                          name);
    for (uint32_t i = 0; i < image->file->unit_count && !error; i++)
        error = check_unit(sources, i, name, reason);
    return error;
}
