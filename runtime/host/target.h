/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target.h - which image of the process a patch is for.
 */
#ifndef REVECTOR_TARGET_H
#define REVECTOR_TARGET_H

#include "control/trailer.h"
#include "detail.h"
#include "image.h"

/* Whether the patch was made for this image; with the core lock, as visitors have it. */
int rv_target_is(const struct rv_image_state *image, const struct rv_trailer *trailer);

/* Whether there is such an image. */
int rv_target_has_registered(const struct rv_trailer *trailer);

/*
 * Waits while the image that the patch in `fd` is for is loaded and has not registered yet,
 * since the program is just starting; a second at most. Outside the gate; no thread that has
 * images to register. Nothing, if the file is no patch.
 */
void rv_target_await(int fd);

/*
 * The image with the build ID that the patch was made for. It stays loaded until
 * rv_loader_unpin(*pin). RV_EWRONGBUILD: there is none, the detail has those that there are;
 * RV_ECOMPILER, RV_ELEAVING; then *pin may be set nevertheless. Inside the gate.
 */
int rv_target_pin(const struct rv_trailer *trailer, struct rv_image_state **target, void **pin,
                  struct rv_detail *detail) __attribute__((warn_unused_result));

#endif
