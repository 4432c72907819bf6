/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * made_image.h - an image's records made by hand, for tests of the core.
 *
 * Three units: `walk` with methods 0, 1, 3 (2 was dropped by the linker) and a
 * fixed function; `walk` with 2 methods; `leaf` with 2 methods.
 * Bodies are addresses in an array: nobody jumps to them. Another made image is
 * another object with its own records, so several can be registered.
 */
#ifndef MADE_IMAGE_H
#define MADE_IMAGE_H

#include "revector/record.h"
#include "tablewalk/tw_format.h"

enum { MADE_UNITS = 3, MADE_METHODS = 8, MADE_FIXED = 3 };

struct made_image {
    struct rv_image image;
    struct rv_unit units[MADE_UNITS];
    struct rv_method methods[MADE_METHODS]; /* number MADE_FIXED is fixed */
    struct rv_slot slots[MADE_UNITS];
    struct {
        struct tw_table table;
        uint64_t entries[4];
    } leaves[MADE_UNITS];
    char bodies[MADE_METHODS][16], names[MADE_METHODS][16];
};

/* As the dynamic linker leaves it before the first constructor. */
void made_image_init(struct made_image *made);

/* The address of method n's first body. */
uint64_t made_body(const struct made_image *made, int n);

/* Where a call of method n goes, by the walk that compiled code does. */
uint64_t made_call(const struct made_image *made, int n);

/* Where a method fault sends a call of method n. */
uint64_t made_fault(const struct made_image *made, int n);

#endif
