/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_compile.h - from the sources of a patch to its objects, and to a shared object.
 *
 * Each compilation sees one source file only. What several must know together is brought
 * together here: functions that are called in another way than before. One thread, which
 * has several compilers at work.
 */
#ifndef REVECTOR_CTL_BUILD_COMPILE_H
#define REVECTOR_CTL_BUILD_COMPILE_H

#include "build_sources.h"

/*
 * Compile each source to NUMBER.o in the scratch folder. A function with external linkage whose
 * signature has changed is a new one in the patch, if all who call it are in the patch and have
 * changed too: those that were compiled before that was known are compiled again.
 *
 * RV_EBUILD: the compiler or the plugin has said why. RV_ESIGNATURE: see below. RV_EREAD: of
 * the scratch folder. RV_ENOMEM.
 */
int rv_build_compile(const struct rv_builder *builder, const struct rv_sources *sources)
    __attribute__((warn_unused_result));

/* ---- build_link.c ---- */

/*
 * Link what rv_build_compile() has made to the shared object `made`, and check that what it takes
 * from elsewhere is in `libraries`, see rv_symbols_check(). RV_EBUILD, RV_ENOSYMBOL, RV_EWRITE,
 * RV_ENOMEM.
 */
int rv_build_link(const struct rv_builder *builder, const struct rv_sources *sources,
                  const struct rv_libraries *libraries, const char *made)
    __attribute__((warn_unused_result));

/* ---- build_callers.c ---- */

/*
 * `name`, a function of the program that gets another signature, may: nobody outside of
 * `sources`, which is not empty, uses it, and no other source file has taken its address.
 * RV_ESIGNATURE: somebody does, by name.
 */
int rv_build_check_callers(const struct rv_sources *sources, const char *name,
                           struct rv_reason *reason) __attribute__((warn_unused_result));

#endif
