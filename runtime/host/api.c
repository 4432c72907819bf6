/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * api.c - the functions of revector.h that are not elsewhere.
 */
#define _GNU_SOURCE
#include "host.h"
#include "image.h"
#include "signature.h"
#include "operate.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *rv_version(void)
{
    return REVECTOR_VERSION;
}

static const struct rv_operate_terms own = {.asker = {.kind = RV_BY_PROGRAM},
                                            .patience_ms = RV_HOST_FOR_EVER};

/* With the signature that lies beside the file, if there is one. */
static int apply_signed(int fd, const char *path, const struct rv_apply_options *options,
                        uint32_t *id)
{
    struct rv_apply_options all = {.size = sizeof(all)};
    char text[RV_MINISIGN_MAX];

    if (options)
        all = *options;
    if (!all.signature && rv_signature_beside(path, text, &all.signature_size) == 0)
        all.signature = text;
    return rv_operate_apply(fd, path, &all, &own, id);
}

int rv_apply(const char *path, const struct rv_apply_options *options, uint32_t *update)
{
    char absolute[PATH_MAX];
    uint32_t id = 0;
    int error, fd = -1;

    if (options && options->size != sizeof(*options))
        return RV_EOPTIONS;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return RV_EREAD;
    error = apply_signed(fd, realpath(path, absolute) ? absolute : path, options, &id);
    close(fd);
    if (!error && update)
        *update = id;
    return error;
}

int rv_revert(uint32_t update, const struct rv_apply_options *options)
{
    return rv_operate_revert(update, options, &own);
}

/* ---- tours ---- */

struct update_tour {
    int (*visit)(const struct rv_update_info *info, void *context);
    void *context;
};

static int show_update(const struct rv_update *update, void *context)
{
    const struct update_tour *tour = context;
    struct rv_update_info info = {
        .size = sizeof(info),
        .id = update->id,
        .state = (uint32_t)update->state,
        .methods = update->count,
        .garbage = update->garbage,
        .committed = update->committed,
        .reverted = update->reverted,
        .name = update->name,
    };
    return tour->visit(&info, tour->context);
}

_Static_assert((int)RV_STATUS_COMMITTED == (int)RV_UPDATE_COMMITTED, "one numbering");
_Static_assert((int)RV_STATUS_MOVING == (int)RV_UPDATE_MOVING, "one numbering");
_Static_assert((int)RV_STATUS_RETURNING == (int)RV_UPDATE_RETURNING, "one numbering");
_Static_assert((int)RV_STATUS_ABORTED == (int)RV_UPDATE_ABORTED, "one numbering");
_Static_assert((int)RV_STATUS_REVERTED == (int)RV_UPDATE_REVERTED, "one numbering");
_Static_assert((int)RV_STATUS_REPLACED == (int)RV_UPDATE_REPLACED, "one numbering");
_Static_assert((int)RV_STATUS_ORPHANED == (int)RV_UPDATE_ORPHANED, "one numbering");

int rv_each_update(int (*visit)(const struct rv_update_info *info, void *context), void *context)
{
    struct update_tour tour = {visit, context};
    return rv_updates_each(show_update, &tour);
}

struct method_tour {
    int (*visit)(const struct rv_method_info *info, void *context);
    void *context;
};

static int show_method(const struct rv_method *method, const struct method_tour *tour)
{
    const struct rv_unit *unit = RV_TARGET(const struct rv_unit, method->unit);
    struct rv_method_info info = {
        .size = sizeof(info),
        .versions = rv_method_versions_locked(method, NULL),
        .name = RV_TARGET(const char, method->name),
        .source = unit ? RV_TARGET(const char, unit->source) : NULL,
        .entry = RV_TARGET(const void, method->entry),
        .target = (const void *)(uintptr_t)rv_method_target(method),
    };
    if (rv_method_id(method, &info.id))
        info.id = 0;
    return tour->visit(&info, tour->context);
}

static int show_image(const struct rv_image_state *state, void *context)
{
    int result = 0;
    if (state->phase != RV_IMAGE_LIVE)
        return 0;
    for (const struct rv_method *m = state->image->methods;
         m < state->image->methods_end && !result; m++)
        result = show_method(m, context);
    return result;
}

int rv_each_method(int (*visit)(const struct rv_method_info *info, void *context), void *context)
{
    struct method_tour tour = {visit, context};
    return rv_images_each(show_image, &tour);
}
