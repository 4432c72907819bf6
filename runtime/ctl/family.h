/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * family.h - all processes of a program: a master and its workers.
 *
 * An update comes into force in all of them or in none. It is prepared everywhere: loaded,
 * checked, and its threads moved; then it is committed everywhere. Whoever refuses, or
 * cannot move in time, is named, and all go back. Processes that are born meanwhile take
 * the update, or give it up, when the others have.
 */
#ifndef REVECTOR_CTL_FAMILY_H
#define REVECTOR_CTL_FAMILY_H

#include "parcel.h"

/*
 * Applies the parcel to all processes that `word` names: `pids`, at least two, and those that are
 * born meanwhile. RV_EFAMILY: it is in force nowhere, or the output lists where it is not, and
 * why.
 */
int rv_family_apply(struct rv_command *command, const char *word, const struct rv_pids *pids,
                    const struct rv_parcel *parcel, const struct rv_apply_request *request)
    __attribute__((warn_unused_result));

/*
 * Calls `one`, connected, for each process that `word` names; with several, each has its part of
 * the output, and all are tried. RV_ENOPROCESS; what `one` returns; RV_ESOME: some failed.
 */
int rv_family_each(struct rv_command *command, const char *word,
                   int (*one)(struct rv_command *command, struct rv_client *client, void *context),
                   void *context) __attribute__((warn_unused_result));

#endif
