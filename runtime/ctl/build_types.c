/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_types.c - a patch that changes the layout of a type holds every source file that knows
 * the type, and one transformer of it: what no compilation of one file can see.
 */
#include "build_types.h"

#include <string.h>

/* `type` is the first line of an entry of the unit's list. */
static int knows(const struct rv_file_unit *unit, const char *type)
{
    const size_t length = strlen(type);

    for (const char *entry = unit->types; *entry; entry += strlen(entry) + 1)
        if (!strncmp(entry, type, length) && (!entry[length] || entry[length] == '\n'))
            return 1;
    return 0;
}

static int check_others(const char *type, const struct rv_sources *built, struct rv_reason *reason)
{
    const struct rv_target_image *image = built->list[0].unit.image;
    const struct rv_image_file *program = image->file;
    char names[400] = "";
    size_t used = 0;

    for (uint32_t i = 0; i < program->unit_count && used < sizeof(names); i++)
        if (!rv_sources_have(built, image, i) && knows(&program->units[i], type))
            used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "",
                                     program->units[i].source);
    if (!used)
        return 0;
    return rv_because(reason, RV_ELAYOUT,
                      "%s changes, and is known in %s too; give these files to the same patch",
                      type, names);
}

static int check_number(const struct rv_image_file *patch, const char *type,
                        struct rv_reason *reason)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < patch->transformer_count; i++)
        count += patch->transformers[i].record->how && !strcmp(patch->transformers[i].type, type);
    if (count == 1)
        return 0;
    return rv_because(reason, RV_ELAYOUT, "%s changes, and has %s", type,
                      count ? "more than one transformer" : "no transformer in any of the files");
}

int rv_build_check_types(const struct rv_image_file *patch, const struct rv_sources *built,
                         struct rv_reason *reason)
{
    int error = 0;

    for (uint32_t i = 0; i < patch->transformer_count && !error; i++) {
        error = check_number(patch, patch->transformers[i].type, reason);
        if (!error)
            error = check_others(patch->transformers[i].type, built, reason);
    }
    return error;
}
