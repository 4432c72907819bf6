/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_file_impl.h - what image_elf.c (sections), image_file.c (records) and
 * image_find.c (lookups) share. Nobody else includes it.
 */
#ifndef REVECTOR_CTL_IMAGE_FILE_IMPL_H
#define REVECTOR_CTL_IMAGE_FILE_IMPL_H

#include "image_file.h"

/* Sections that are kept, in the order in which image_hash takes the first four. */
enum section_kind {
    SECTION_METHODS,
    SECTION_UNITS,
    SECTION_DATA,
    SECTION_STRINGS,
    SECTION_PATCH,
    SECTION_REPLACEMENTS,
    SECTION_IMPORTS,
    SECTION_FIXUPS,
    SECTION_HOOKS,
    SECTION_TRANSFORMS,
    SECTION_COUNT
};

struct section {
    uint8_t *bytes; /* own copy, so that nobody can change it under us */
    uint64_t address, size;
};

struct name_index {
    const char *name;
    uint32_t ordinal;
};

struct image_file {
    struct rv_image_file face; /* first: what the caller holds */
    struct section sections[SECTION_COUNT];
    struct name_index *methods_by_name, *data_by_name;
};

/* Copy the sections and the build ID out of `fd`. Errors as rv_image_file_open(). */
int image_file_read(int fd, struct image_file *file) __attribute__((warn_unused_result));

/* Fill in the indices. RV_ENOMEM. */
int image_file_index(struct image_file *file) __attribute__((warn_unused_result));

#endif
