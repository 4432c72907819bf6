/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.h - compile a changed source file as its unit was compiled, but to a patch.
 */
#ifndef REVECTOR_CTL_COMPILE_H
#define REVECTOR_CTL_COMPILE_H

#include "target_images.h"
#include "tools.h"

struct rv_compile {
    struct rv_target_unit unit;
    const char *file;   /* the changed source, absolute */
    int is_original; /* it lies where the unit was compiled from: compiled under the name it had */
    const char *object; /* where the object goes, absolute */
    const char *clang;
    const char *plugin;
};

/*
 * The recorded command, changed so that it compiles `file` in patch mode. The
 * list is the caller's. Pure: runs nothing.
 */
void rv_compile_command(const struct rv_compile *compile, struct rv_words *words);

/* Run it. RV_EBUILD: the compiler said why. RV_ENOMEM. */
int rv_compile_run(const struct rv_compile *compile, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* Whether `file`, which realpath() has seen, is the very file that the unit was compiled from. */
int rv_compile_is_original(const struct rv_file_unit *unit, const char *file);

/* Whether the unit was compiled for link-time optimisation, so that lld has to link it. */
int rv_compile_is_lto(const struct rv_target_unit *unit);

#endif
