/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_types.h - whether a patch that changes the layout of types is whole.
 *
 * Only reads; any thread.
 */
#ifndef REVECTOR_CTL_BUILD_TYPES_H
#define REVECTOR_CTL_BUILD_TYPES_H

#include "build_sources.h"
#include "image_file.h"

/*
 * `built`: what the patch was made of, not empty.
 * RV_ELAYOUT: another one knows a type that it changes, or the type has not one transformer.
 */
int rv_build_check_types(const struct rv_image_file *patch, const struct rv_sources *built,
                         struct rv_reason *reason) __attribute__((warn_unused_result));

#endif
