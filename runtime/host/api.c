/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * api.c - the functions of revector.h that are not elsewhere.
 */
#define _GNU_SOURCE
#include "host.h"
#include "image.h"
#include "operate.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

const char *rv_version(void)
{
    return REVECTOR_VERSION;
}

static const struct rv_asker program = {.kind = RV_BY_PROGRAM};

int rv_apply(const char *path, const struct rv_apply_options *options, uint32_t *update)
{
    char absolute[PATH_MAX];
    uint32_t id = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error;

    if (fd < 0)
        return RV_EREAD;
    error =
        rv_operate_apply(fd, realpath(path, absolute) ? absolute : path, options, &program, 0, &id);
    close(fd);
    if (!error && update)
        *update = id;
    return error;
}

int rv_revert(uint32_t update)
{
    return rv_operate_revert(update, &program, NULL, 0);
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
_Static_assert((int)RV_STATUS_REVERTED == (int)RV_UPDATE_REVERTED, "one numbering");
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
