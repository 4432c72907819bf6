/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.h - where loaded images lie, for the other files of the host.
 */
#ifndef REVECTOR_PLACE_H
#define REVECTOR_PLACE_H

#include "revector/error.h"
#include "rv_platform.h"

/*
 * The place of the loaded image that `address` lies in. RV_ENOSYMBOL: none; then
 * *place is all zeroes. Takes the dynamic linker's lock.
 */
int rv_place_of(const void *address, struct rv_place *place) __attribute__((warn_unused_result));

/* Whether an image with this build ID is loaded. Takes the dynamic linker's lock. */
int rv_place_has_build(const uint8_t *build_id, uint32_t size);

/*
 * The name that the dynamic linker knows the image at `address` by; "" for the
 * executable. RV_ENOSYMBOL: none is there; RV_ETOOLONG.
 */
int rv_place_name(uintptr_t address, char *name, size_t size) __attribute__((warn_unused_result));

#endif
