/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patch_file.h - a patch file before one byte of it is mapped.
 */
#ifndef REVECTOR_PATCH_FILE_H
#define REVECTOR_PATCH_FILE_H

#include "revector/record.h"
#include <sys/types.h>

struct rv_patch_file {
    struct rv_trailer trailer;
    dev_t device; /* with the inode: which file it is */
    ino_t inode;
};

/*
 * Reads the whole file behind `fd`, from its start, and checks size, checksum and
 * record version. RV_EREAD, RV_ENOPATCH, RV_ETRUNCATED, RV_EDAMAGED, RV_ERECORDS.
 */
int rv_patch_file_check(int fd, struct rv_patch_file *file) __attribute__((warn_unused_result));

#endif
