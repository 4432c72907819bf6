/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build.h - from changed source files to a patch file.
 */
#ifndef REVECTOR_CTL_BUILD_H
#define REVECTOR_CTL_BUILD_H

#include <limits.h>

#include "command.h"

struct rv_build_request {
    const char *program; /* a file, or a pid */
    char **files;
    int file_count;
    const char *output; /* a null pointer: the folder where patches are kept */
};

/*
 * Compile, link and finish a patch; `made` gets its path (PATH_MAX bytes). Nothing
 * is left behind on refusal. Errors: those of build_sources.h and target_images.h, RV_ECOMPILER,
 * RV_EBUILD, RV_ENOCHANGE, RV_ENOSYMBOL, RV_EREAD, RV_EWRITE.
 */
int rv_build(struct rv_command *command, const struct rv_build_request *request, char *made)
    __attribute__((warn_unused_result));

/* ---- symbols.c ---- */

struct rv_target_images;

/*
 * Check that every symbol that the patch takes from elsewhere is there: in the
 * files that the process has mapped, or in what the program's own loader would
 * load for it. RV_ENOSYMBOL, with the names. Where the files cannot be found
 * out (a library on its own) nothing is checked; the loader will.
 */
int rv_symbols_check(const char *patch, const char *program, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* Whether `path` is a library, no program, that has the function `name` for others to call. */
int rv_symbols_is_interface(const char *path, const char *name);

#endif
