/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * revert_which.h - what `revert` is to take back, before anything is.
 */
#ifndef REVECTOR_CTL_REVERT_WHICH_H
#define REVECTOR_CTL_REVERT_WHICH_H

#include "in_force.h"

enum rv_revert_kind {
    RV_REVERT_ALL,
    RV_REVERT_NUMBER, /* in one process */
    RV_REVERT_PATCH,  /* in whichever process, under whatever number it has there */
};

struct rv_revert_wish {
    enum rv_revert_kind kind;
    unsigned long id;           /* of NUMBER */
    struct rv_patch_name patch; /* of PATCH */
};

/*
 * Finds out what the command line means; asks the processes if that depends on them. Of a
 * number in several processes: the patch that is in force under it, which must be one and the same
 * in all that have the number.
 * RV_EOPTIONS; RV_ENOUPDATE: no process has it, or any; RV_EAMBIGUOUS: several fit; RV_EBUSY: an
 * update is under way and none in force; RV_ENOPROCESS, RV_ENOMEM, those of rv_patch_open, and
 * what asking may end with.
 */
int rv_revert_which(struct rv_command *command, struct rv_revert_wish *wish)
    __attribute__((warn_unused_result));

#endif
