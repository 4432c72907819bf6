/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transform_rules.c - when an update that converts live objects may come, and go.
 *
 * The layout that objects have is the program's until such an update is in force. Other
 * patches were made for the program: so of two updates in force that know a type, none
 * converts it. What a patch knows is in its units' records.
 */
#include "transform.h"
#include "revector/error.h"
#include "revector/record.h"

#include <stdio.h>
#include <string.h>

static const struct rv_image *records_of(const struct rv_patch_image *patch)
{
    return patch->image->image;
}

int rv_transform_is_in(const struct rv_patch_image *patch)
{
    return records_of(patch)->transforms < records_of(patch)->transforms_end;
}

const char *rv_transform_one_way(const struct rv_patch_image *patch, uint32_t n)
{
    const struct rv_image *image = records_of(patch);

    for (const struct rv_transformer *t = image->transforms; t < image->transforms_end; t++) {
        const struct rv_transform_how *how = RV_TARGET(const struct rv_transform_how, t->how);
        if (how && !how->walk_back && !n--)
            return RV_TARGET(const char, t->type);
    }
    return NULL;
}

/* `type` is the first line of an entry of some unit's list. */
static int knows(const struct rv_image *image, const char *type)
{
    const size_t length = strlen(type);

    for (const struct rv_unit *unit = image->units; unit < image->units_end; unit++) {
        const char *entry = RV_TARGET(const char, unit->types);
        for (; entry && *entry; entry += strlen(entry) + 1)
            if (!strncmp(entry, type, length) && (!entry[length] || entry[length] == '\n'))
                return 1;
    }
    return 0;
}

/* The first type that `changes` converts and `other` knows. */
static const char *contested(const struct rv_image *changes, const struct rv_image *other)
{
    for (const struct rv_transformer *t = changes->transforms; t < changes->transforms_end; t++) {
        const char *type = RV_TARGET(const char, t->type);
        if (knows(other, type))
            return type;
    }
    return NULL;
}

struct applying {
    const struct rv_image *image;
    const struct rv_image_state *target;
    int replaces;
    struct rv_detail *detail;
    int error;
};

/* What stands in the way, and what can be done about it. */
static int conflict(struct applying *applying, const struct rv_update *update, const char *type,
                    int is_contested)
{
    char text[320];
    const char *words = "";

    applying->error = rv_transform_one_way(update->owner, 0) ? RV_EONEWAY : RV_ECONVERTED;
    if (applying->error == RV_EONEWAY)
        words = is_contested ? ": it stays until the program is started again"
                             : ": it stays until the program is started again; without --replace "
                               "this patch can be in force beside it";
    snprintf(text, sizeof(text), "update %u, %.120s%s", update->id, type, words);
    rv_detail_add(applying->detail, text);
    return 1;
}

static int is_in_conflict(const struct rv_update *update, void *context)
{
    struct applying *applying = context;
    const struct rv_patch_image *patch = update->owner;
    const char *type;

    if (update->state != RV_UPDATE_COMMITTED || update->image != applying->target || !patch)
        return 0;
    type = contested(records_of(patch), applying->image);
    if (!type)
        type = contested(applying->image, records_of(patch));
    if (type)
        return conflict(applying, update, type, 1);
    if (!applying->replaces || !rv_transform_is_in(patch))
        return 0;
    /* nobody would convert back */
    return conflict(applying, update, RV_TARGET(const char, records_of(patch)->transforms->type),
                    0);
}

int rv_transform_may_apply(const struct rv_patch_image *patch, const struct rv_image_state *target,
                           enum rv_consistency consistency, int replaces, struct rv_detail *detail)
{
    struct applying applying = {records_of(patch), target, replaces, detail, 0};

    if (rv_transform_is_in(patch) && consistency != RV_CONSISTENCY_PROCESS)
        return RV_ETOGETHER;
    return rv_updates_each(is_in_conflict, &applying) ? applying.error : 0;
}

/* The sentence of `error` and the type, if there is one that has no way back. */
static int refuse_one_way(const struct rv_patch_image *patch, int error, struct rv_detail *detail)
{
    const char *type = rv_transform_one_way(patch, 0);

    if (!type)
        return 0;
    rv_detail_add(detail, type);
    return error;
}

int rv_transform_may_confirm(const struct rv_patch_image *patch, struct rv_detail *detail)
{
    return refuse_one_way(patch, RV_ENOWAYBACK, detail);
}

int rv_transform_may_revert(const struct rv_patch_image *patch, enum rv_consistency *consistency,
                            struct rv_detail *detail)
{
    const int error = refuse_one_way(patch, RV_EONEWAY, detail);

    if (error)
        return error;
    if (!rv_transform_is_in(patch))
        return 0;
    if (*consistency == RV_CONSISTENCY_CALL)
        return RV_ETOGETHER;
    *consistency = RV_CONSISTENCY_PROCESS;
    return 0;
}
