/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_types.h - whether a patch that changes the layout of types is whole.
 *
 * Only reads; any thread.
 */
#ifndef REVECTOR_CTL_BUILD_TYPES_H
#define REVECTOR_CTL_BUILD_TYPES_H

#include "image_file.h"
#include "target_images.h"
#include "tools.h"

/*
 * `built`: the `count` units of the program that the patch was made of, all of one image.
 * RV_ELAYOUT: another one knows a type that it changes, or the type has not one transformer.
 */
int rv_build_check_types(const struct rv_image_file *patch, const struct rv_target_unit *built,
                         int count, struct rv_reason *reason) __attribute__((warn_unused_result));

#endif
