/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_file.h - the records of an image, read out of its ELF file.
 *
 * For whoever has to know a program without running it: the `revector` command
 * and the plugin's patch mode. Records are linked by distances, so nothing is
 * relocated and nothing but the section headers is needed: stripped files work.
 * The file is not trusted: every distance, name and count is checked while it
 * is opened, and nothing that the lookups return leads out of the mapped bytes.
 *
 * This is not the loader: it neither maps code nor checks a patch's trailer.
 * An opened file is constant, so any number of threads may read it.
 */
#ifndef REVECTOR_CTL_IMAGE_FILE_H
#define REVECTOR_CTL_IMAGE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "revector/error.h"
#include "revector/record.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "No such thing", of lookups; also the unit of a record that has none. */
#define RV_NONE UINT32_MAX

/* All strings and records below live as long as the opened file. */
struct rv_file_unit {
    const struct rv_unit *record;
    const char *source, *directory, *compiler;
    const char *command; /* cc1 arguments, each NUL-terminated; an empty one ends the list */
    const char *types;   /* likewise, one string for each type, see rv_unit */
    const char *calls;   /* likewise, one for each function of another unit */
};

struct rv_file_method {
    const struct rv_method *record;
    const char *name;
    uint32_t unit;        /* ordinal */
    uint64_t entry, body; /* addresses as linked; body is 0 for a fixed function */
};

struct rv_file_data {
    const struct rv_data *record;
    const char *name;
    uint32_t unit;    /* ordinal */
    uint64_t address; /* as linked; TLS: of the accessor */
};

struct rv_file_replacement {
    const struct rv_replacement *record;
    const char *name;
    uint64_t body; /* address as linked */
};

struct rv_file_import {
    const struct rv_import *record;
    const char *name;
};

struct rv_file_hooks {
    const char *names[RV_HOOK_KINDS]; /* null: none of that kind */
};

struct rv_file_transformer {
    const struct rv_transformer *record;
    const char *type;
};

/* An image's file. Index in an array = ordinal of the record. */
struct rv_image_file {
    uint8_t build_id[32];
    uint32_t build_id_size;
    uint64_t image_hash; /* FNV-1a, 64 bits, over the sections rv_methods, rv_units, rv_data and
                            rv_strings, in this order, as they are in the file */
    uint32_t unit_count, method_count, data_count;
    const struct rv_file_unit *units;
    const struct rv_file_method *methods;
    const struct rv_file_data *data;

    /* A patch only; else 0. */
    const struct rv_patch *patch;
    uint32_t replacement_count, import_count, fixup_count, hook_file_count, transformer_count;
    const struct rv_file_replacement *replacements;
    const struct rv_file_import *imports;
    const struct rv_file_hooks *hook_files;
    const struct rv_file_transformer *transformers;
};

/*
 * Open the image in `path`, or in `fd` (which stays the caller's and is needed
 * no longer than the call). rv_image_file_close() gives everything back.
 *
 * RV_EREAD: cannot be opened or read, see errno.
 * RV_ENOTELF: not a 64-bit little-endian ELF executable or shared object.
 * RV_ENORECORDS: an ELF file without records: not instrumented.
 * RV_ENOBUILDID: no GNU build id, or one of more than 32 bytes.
 * RV_ERECORDS: the records are of another version.
 * RV_ECORRUPT: truncated, or a record leads out of the file or is malformed.
 * RV_ENOMEM: out of memory.
 */
int rv_image_file_open(const char *path, struct rv_image_file **file)
    __attribute__((warn_unused_result));
int rv_image_file_open_fd(int fd, struct rv_image_file **file) __attribute__((warn_unused_result));

/* Null is allowed. */
void rv_image_file_close(struct rv_image_file *file);

/*
 * Ordinal of the method or variable that other units mean by `name`: one with
 * external linkage, a strong definition rather than a weak one. RV_NONE: none.
 */
uint32_t rv_image_file_method(const struct rv_image_file *file, const char *name);
uint32_t rv_image_file_data(const struct rv_image_file *file, const char *name);

/*
 * Ordinal of what the unit itself means by `name`, static or not; parts of a
 * very large unit count as one. RV_NONE: that unit defines no such thing.
 */
uint32_t rv_image_file_unit_method(const struct rv_image_file *file, uint32_t unit,
                                   const char *name);
uint32_t rv_image_file_unit_data(const struct rv_image_file *file, uint32_t unit, const char *name);

/* The method with that number in the unit, as `calls` has it. RV_NONE: the linker dropped it. */
uint32_t rv_image_file_numbered_method(const struct rv_image_file *file, uint32_t unit,
                                       uint32_t number);

/* Whether `unit` and `other` are parts of one translation unit. */
int rv_image_file_same_unit(const struct rv_image_file *file, uint32_t unit, uint32_t other);

/*
 * The unit that was compiled from `path`, by the best of these: the same path
 * (relative ones are relative to the compiler's directory), else the longest
 * common end of whole path components, at least the file's name. Writes the
 * ordinal of the unit's first part.
 *
 * RV_ENOUNIT: no unit's source has that name.
 * RV_EAMBIGUOUS: several units fit equally well; `unit` is the first of them.
 */
int rv_image_file_find_unit(const struct rv_image_file *file, const char *path, uint32_t *unit)
    __attribute__((warn_unused_result));

#ifdef __cplusplus
}
#endif
#endif
