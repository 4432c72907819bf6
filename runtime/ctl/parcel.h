/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parcel.h - a patch file on its way to a process.
 *
 * It travels as an open descriptor next to its path, so that the process needs no right
 * to open the file, and another root directory does not matter.
 */
#ifndef REVECTOR_CTL_PARCEL_H
#define REVECTOR_CTL_PARCEL_H

#include <limits.h>

#include "in_force.h"
#include "patch_file.h"

/* A patch file, opened and checked, as it is sent. */
struct rv_parcel {
    int fd; /* -1: none */
    char path[PATH_MAX]; /* absolute */
    struct rv_signature_text signature;
    struct rv_patch_name name;
};

/* RV_EREAD, RV_ENOPATCH and whatever else may be wrong with it; rv_parcel_drop is due anyway. */
int rv_parcel_pack(struct rv_command *command, const char *path, struct rv_parcel *parcel)
    __attribute__((warn_unused_result));
void rv_parcel_drop(struct rv_parcel *parcel);

enum rv_parcel_way {
    RV_PARCEL_APPLY, /* as `request` says */
    RV_PARCEL_CHECK, /* a dry run */
    RV_PARCEL_HOLD,  /* to be committed later, see control/wire.h */
};

/* Begins the question APPLY; the descriptor goes with it. */
void rv_parcel_address(struct rv_client *client, const struct rv_parcel *parcel,
                       const struct rv_apply_request *request, enum rv_parcel_way way);

#endif
