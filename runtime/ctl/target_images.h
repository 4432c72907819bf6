/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target_images.h - the instrumented images of a program or process, and which
 * of their units a source file belongs to.
 */
#ifndef REVECTOR_CTL_TARGET_IMAGES_H
#define REVECTOR_CTL_TARGET_IMAGES_H

#include <limits.h>

#include "command.h"
#include "image_file.h"

struct rv_target_image {
    char path[PATH_MAX]; /* by which it can be opened */
    char name[PATH_MAX]; /* to show */
    struct rv_image_file *file;
};

struct rv_target_images {
    struct rv_target_image *list;
    size_t count;
};

/*
 * All instrumented images of `program`: a file, or a pid. A file is only itself;
 * a process is its program and the libraries that it has loaded (patches not
 * counted). rv_target_images_close() gives everything back, also after an error.
 * RV_ENORECORDS: none is instrumented; RV_ENOPROCESS, RV_EPERMISSION, RV_EREAD,
 * and what rv_image_file_open() returns.
 */
int rv_target_images_open(const char *program, struct rv_target_images *images,
                          struct rv_reason *reason) __attribute__((warn_unused_result));
void rv_target_images_close(struct rv_target_images *images);

/* A unit of one of them. */
struct rv_target_unit {
    const struct rv_target_image *image;
    uint32_t unit; /* ordinal */
};

/*
 * The unit that was compiled from `source`: the same path, else the longest
 * common end of whole path components. RV_ENOUNIT; RV_EAMBIGUOUS: several fit
 * equally well, `reason` lists them.
 */
int rv_target_unit_find(const struct rv_target_images *images, const char *source,
                        struct rv_target_unit *unit, struct rv_reason *reason)
    __attribute__((warn_unused_result));

#endif
