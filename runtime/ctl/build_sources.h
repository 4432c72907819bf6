/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_sources.h - which source files are compiled for a patch, and as what.
 *
 * What the user names is one of three, tried in this order: a source file of the program,
 * by its path or, if it is a copy elsewhere, by its name; a file that source files of the program
 * include, which stands for all of them; a source file that the program does not have. One thread.
 */
#ifndef REVECTOR_CTL_BUILD_SOURCES_H
#define REVECTOR_CTL_BUILD_SOURCES_H

#include "build.h"
#include "compile.h"
#include "target_images.h"

struct rv_source {
    char *file;                 /* absolute, without links */
    struct rv_target_unit unit; /* which it is; a new one: whose flags it gets */
    enum rv_compile_place place;
};

struct rv_sources {
    struct rv_source *list;
    int count;
};

/*
 * Those of the request, all of one image, none twice. A header is looked for with the compiler.
 * rv_sources_free() gives everything back, also after an error.
 *
 * RV_EREAD: a file cannot be read. RV_ENOUNIT: it is none of the three; a new one needs one of
 * the same language that the program has. RV_EAMBIGUOUS: it may be several, or two would be one,
 * or they belong to several images. RV_EBUILD: the compiler cannot say what a unit includes.
 * RV_EOPTIONS, RV_ENOMEM.
 */
int rv_sources_find(const struct rv_builder *builder, const struct rv_build_request *request,
                    const struct rv_target_images *images, struct rv_sources *sources)
    __attribute__((warn_unused_result));
void rv_sources_free(struct rv_sources *sources);

/* With a copy of `file`; nothing, if that is there as that unit. RV_ENOMEM. */
int rv_sources_add(struct rv_sources *sources, const char *file, struct rv_target_unit unit,
                   enum rv_compile_place place) __attribute__((warn_unused_result));

/* Whether one of them stands for that unit of that image, or for another part of it. */
int rv_sources_have(const struct rv_sources *sources, const struct rv_target_image *image,
                    uint32_t unit);

/* ---- build_headers.c ---- */

struct rv_unknown_file {
    const char *name; /* as it was given */
    char *path;      /* absolute, without links */
    int is_included; /* some unit does */
};

struct rv_unknown {
    struct rv_unknown_file *files;
    int count;
};

/*
 * Add the source file of each unit of `image` that includes one of the unknown files, but for
 * units that are there, and mark those files. The compiler is started once for many units.
 * RV_EREAD, RV_EBUILD: a unit's source is gone, or cannot be preprocessed. RV_EWRITE: a file in
 * the scratch folder. RV_ENOMEM.
 */
int rv_sources_add_includers(const struct rv_builder *builder, const struct rv_target_image *image,
                             struct rv_unknown *unknown, struct rv_sources *sources)
    __attribute__((warn_unused_result));

/*
 * Whether the make rule `rule`, whose relative names are those of `directory`, has that file
 * for one of its sources. Names that do not exist are none.
 */
int rv_rule_has(const char *rule, const char *directory, const char *path);

#endif
