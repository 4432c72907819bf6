/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bind.h - ties a loaded patch to the image that it was made for.
 *
 * Both images stay loaded for the duration (pinned); no locks are needed.
 */
#ifndef REVECTOR_BIND_H
#define REVECTOR_BIND_H

#include "detail.h"
#include "loader.h"
#include "update.h"

/*
 * Checks every replacement and import against the target's records, by ordinal,
 * name and type hash; the detail gets the names of all that fail for the reason
 * that is returned. Changes nothing. RV_EWRONGBUILD, RV_ERECORDS, RV_ECORRUPT,
 * RV_EREPLACEMENT, RV_ESIGNATURE, RV_EFIXED, RV_ENOSYMBOL, RV_ETYPE.
 */
int rv_bind_check(const struct rv_patch_image *patch, const struct rv_image_state *target,
                  struct rv_detail *detail) __attribute__((warn_unused_result));

/* Fills in the import slots and fixups of a checked patch. RV_EPROTECT. */
int rv_bind_fill(const struct rv_patch_image *patch, const struct rv_image_state *target)
    __attribute__((warn_unused_result));

/* Stages every replacement of a checked patch. Errors of rv_update_stage. */
int rv_bind_stage(const struct rv_patch_image *patch, const struct rv_image_state *target,
                  struct rv_update *update) __attribute__((warn_unused_result));

#endif
