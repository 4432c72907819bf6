/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patch_file.h - a patch file before one byte of it is mapped.
 */
#ifndef REVECTOR_PATCH_FILE_H
#define REVECTOR_PATCH_FILE_H

#include "detail.h"
#include "revector/record.h"
#include "signature.h"
#include <sys/types.h>

struct rv_patch_file {
    struct rv_trailer trailer;
    dev_t device; /* with the inode: which file it is */
    ino_t inode;
    int sealed; /* descriptor of a copy that nobody can change, to be loaded instead; -1: none */
};

/*
 * Reads the whole file behind `fd`, from its start, and checks size, checksum and
 * record version, and, if the process asks for signatures, the signature. Then what
 * was checked is in file->sealed: the file itself may be written to between check
 * and loading. `name` is what /proc/PID/maps shows of the copy. What it opens is
 * given back by rv_patch_file_close(), also after a refusal.
 * RV_EREAD, RV_ENOPATCH, RV_ETRUNCATED, RV_EDAMAGED, RV_ERECORDS, RV_ENOMEM,
 * RV_ESYSTEM (no copy), those of rv_trust_check().
 */
int rv_patch_file_check(int fd, const char *name, struct rv_bytes signature,
                        struct rv_patch_file *file, struct rv_detail *detail)
    __attribute__((warn_unused_result));
void rv_patch_file_close(struct rv_patch_file *file);

/* The first `size` bytes behind `fd` as a new file in memory, close-on-exec and still writable;
 * or -1. */
int rv_patch_file_copy(int fd, uint64_t size, const char *name) __attribute__((warn_unused_result));

#endif
