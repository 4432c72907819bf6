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
    int jobs;           /* compilers that run at once, from 1 on */
};

/* What each step of a build works with. */
struct rv_builder {
    struct rv_command *command;
    char plugin[PATH_MAX];
    char scratch[PATH_MAX / 2]; /* an existing folder */
    int jobs;                   /* compilers that run at once */
};

/*
 * Compile, link and finish a patch; `made` gets its path (PATH_MAX bytes). Nothing
 * is left behind on refusal. Errors: those of build_sources.h and target_images.h, RV_ECOMPILER,
 * RV_EBUILD, RV_ENOCHANGE, RV_ENOSYMBOL, RV_EREAD, RV_EWRITE.
 */
int rv_build(struct rv_command *command, const struct rv_build_request *request, char *made)
    __attribute__((warn_unused_result));

/* ---- symbols.c ---- */

struct rv_libraries;

/*
 * Check that every symbol that the patch takes from elsewhere is there, if `libraries` has all
 * files (else the loader will), and that none which `image`, what the patch is for, takes in one
 * version is taken in another. RV_ENOSYMBOL, with the names; RV_ENOMEM.
 */
int rv_symbols_check(const char *patch, const char *image, const struct rv_libraries *libraries,
                     struct rv_reason *reason) __attribute__((warn_unused_result));

/* Whether `path` is a library, no program, that has the function `name` for others to call. */
int rv_symbols_is_interface(const char *path, const char *name);

#endif
