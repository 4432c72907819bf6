/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parcel.c - see parcel.h.
 */
#define _GNU_SOURCE
#include "parcel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int rv_parcel_pack(struct rv_command *command, const char *path, struct rv_parcel *parcel)
{
    int error;

    parcel->fd = -1;
    error = rv_patch_open(path, &parcel->fd, &command->reason);
    if (!error && !realpath(path, parcel->path))
        error = rv_because(&command->reason, RV_EREAD, "%s: %s", path, strerror(errno));
    if (!error)
        error = rv_patch_name_of(parcel->fd, path, &parcel->name);
    if (!error)
        error =
            rv_patch_signature(path, command->args.signature, &parcel->signature, &command->reason);
    return error;
}

void rv_parcel_drop(struct rv_parcel *parcel)
{
    if (parcel->fd >= 0)
        close(parcel->fd);
    parcel->fd = -1;
}

void rv_parcel_address(struct rv_client *client, const struct rv_parcel *parcel,
                       const struct rv_apply_request *request, enum rv_parcel_way way)
{
    struct rv_ctl_writer *question = rv_client_begin(client, RV_CTL_APPLY);
    const int is_dry = request->dry_run || way == RV_PARCEL_CHECK;

    rv_ctl_put_text(question, RV_CTL_TAG_PATH, parcel->path);
    rv_ctl_put_number(question, RV_CTL_TAG_CONSISTENCY, request->consistency);
    rv_ctl_put_number(question, RV_CTL_TAG_DRY_RUN, (uint64_t)is_dry);
    rv_ctl_put_number(question, RV_CTL_TAG_TIMEOUT, request->timeout_ms);
    rv_ctl_put_number(question, RV_CTL_TAG_CONFIRM, request->confirm_ms);
    rv_ctl_put_number(question, RV_CTL_TAG_ONCE, (uint64_t)request->once);
    rv_ctl_put_number(question, RV_CTL_TAG_REPLACE, (uint64_t)request->replace);
    if (request->has_probation)
        rv_ctl_put_number(question, RV_CTL_TAG_PROBATION, request->probation_ms);
    rv_ctl_put_number(question, RV_CTL_TAG_HOLD, way == RV_PARCEL_HOLD);
    if (parcel->signature.size)
        rv_ctl_put_bytes(question, RV_CTL_TAG_SIGNATURE, parcel->signature.text,
                         parcel->signature.size);
}
