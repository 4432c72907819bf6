/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailer.h - the end of a patch file, by which a damaged one is known.
 *
 * The format is struct rv_trailer (record.h). Pure functions over bytes, for
 * the command, the loader and tests; any thread.
 */
#ifndef REVECTOR_CONTROL_TRAILER_H
#define REVECTOR_CONTROL_TRAILER_H

#include <stddef.h>
#include <stdint.h>

#include "revector/record.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RV_CHECKSUM_START 0xcbf29ce484222325u

/* FNV-1a, 64 bits, continued from `hash` (RV_CHECKSUM_START at first). */
uint64_t rv_checksum(uint64_t hash, const void *bytes, size_t size);

/* What stands for a compiler's version string in a trailer; a null pointer is as "". */
uint64_t rv_trailer_compiler(const char *version);

/*
 * Check a whole patch file. On success *trailer is its trailer.
 * RV_ENOPATCH: not a patch. RV_ETRUNCATED: the end is missing, or something
 * follows it. RV_EDAMAGED: the checksum is wrong. RV_ERECORDS: of another ABI.
 */
int rv_trailer_check(const void *file, size_t size, struct rv_trailer *trailer)
    __attribute__((warn_unused_result));

/* The trailer for a file that consists of these bytes; build ID and compiler are left empty. */
struct rv_trailer rv_trailer_make(const void *file, size_t size);

#ifdef __cplusplus
}
#endif
#endif
