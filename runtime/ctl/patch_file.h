/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patch_file.h - patch files as a whole: check one, finish one, where they are kept.
 */
#ifndef REVECTOR_CTL_PATCH_FILE_H
#define REVECTOR_CTL_PATCH_FILE_H

#include <limits.h>

#include "command.h"
#include "image_file.h"
#include "signature.h"

/*
 * Open a patch for reading after checking its trailer; *fd is the caller's.
 * RV_EREAD, RV_ENOPATCH, RV_ETRUNCATED, RV_EDAMAGED, RV_ERECORDS.
 */
int rv_patch_open(const char *path, int *fd, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* The text of a patch's signature; size 0: there is none. */
struct rv_signature_text {
    char path[PATH_MAX];
    char text[RV_MINISIGN_MAX];
    size_t size;
};

/*
 * Read the signature of the patch `path`: from `given` if that is not null, else from
 * the file beside it, which need not be there. RV_EREAD, RV_ESIGFORM, RV_ETOOLONG.
 */
int rv_patch_signature(const char *path, const char *given, struct rv_signature_text *signature,
                       struct rv_reason *reason) __attribute__((warn_unused_result));

/*
 * Append the trailer for the image that the patch is for to the linked file
 * `path`; `compiler` is the version that compiled it. *checksum is that of its contents. RV_EREAD.
 */
int rv_patch_finish(const char *path, const struct rv_image_file *image, const char *compiler,
                    uint64_t *checksum, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/*
 * The folder for patches of this program, made if it is not there: in
 * $XDG_STATE_HOME/revector, without the variable in /var/lib/revector for root and
 * ~/.local/state/revector for others.
 * RV_EREAD: it cannot be made.
 */
int rv_patch_folder(const char *program, const struct rv_image_file *image, char *path, size_t size,
                    struct rv_reason *reason) __attribute__((warn_unused_result));

/* A build ID in hexadecimal, NUL-terminated; `text` has 2 * 32 + 1 bytes. */
#define RV_HEX_MAX 65
void rv_build_id_text(const uint8_t *build_id, uint32_t size, char text[RV_HEX_MAX]);

#endif
