/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.h - compile a changed source file as its unit was compiled, but to a patch.
 */
#ifndef REVECTOR_CTL_COMPILE_H
#define REVECTOR_CTL_COMPILE_H

#include <limits.h>

#include "target_images.h"
#include "tools.h"

enum rv_compile_place {
    RV_COMPILE_ELSEWHERE, /* a copy of the unit's source */
    RV_COMPILE_ORIGINAL,  /* the unit's source itself, compiled under the name that it had */
    RV_COMPILE_NEW,       /* no source of the program; the unit has only the flags for it */
};

struct rv_compile {
    struct rv_target_unit unit;
    const char *file;   /* the changed source, absolute */
    enum rv_compile_place place;
    const char *object; /* where the object goes, absolute */
    const char *clang;
    const char *plugin;
    const char *together; /* the plugin's file of functions with another signature; null: none */
};

/*
 * The recorded command, changed so that it compiles `file` in patch mode. The
 * list is the caller's. Pure: runs nothing.
 */
void rv_compile_command(const struct rv_compile *compile, struct rv_words *words);

/*
 * The arguments of the cc1 that writes a make rule to `rule`: what the unit's source includes, with
 * our headers where `plugin` has them; and the command by which the plugin runs all that are in
 * the file `commands`, each with the unit's folder in front and an empty word behind it. The lists
 * are the caller's. Pure.
 */
void rv_compile_rule_command(const struct rv_file_unit *unit, const char *plugin, const char *rule,
                             struct rv_words *words);
void rv_compile_ask_command(const char *clang, const char *plugin, const char *commands,
                            struct rv_words *words);

/* Where the unit's source lies, without links. A null pointer: it does not; see errno. */
char *rv_compile_original(const struct rv_file_unit *unit, char file[PATH_MAX]);

/* Whether `file`, which realpath() has seen, is the very file that the unit was compiled from. */
int rv_compile_is_original(const struct rv_file_unit *unit, const char *file);

/* Whether the unit was compiled for link-time optimisation, so that lld has to link it. */
int rv_compile_is_lto(const struct rv_target_unit *unit);

#endif
