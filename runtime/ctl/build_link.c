/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_link.c - from the objects of a patch to a shared object.
 *
 * Starting clang takes longer than linking, so the linker is run as clang would run it. Clang
 * itself is for what only it knows: where the compiler's own library is, with 128-bit division
 * and the like, and how link-time optimisation is done. One thread.
 */
#include "build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "build_compile.h"
#include "libraries.h"

/*
 * Small: no start files, no padding between segments. Symbols that are not in the patch stay
 * undefined; the process has them. Of the libraries it names those that it takes something from:
 * each that it names has to be there again when the program's next start takes it.
 */
static const char *const link_words[] = {
    "--build-id", "--eh-frame-hdr",    "--hash-style=gnu",     "-Bsymbolic",  "-zrelro",
    "-znow",      "-znoseparate-code", "-zmax-page-size=4096", "--as-needed",
};

/* Nothing in a patch is called by name from outside, so nothing is exported. */
static int write_exports(const char *path, struct rv_reason *reason)
{
    FILE *file = fopen(path, "we");
    int failed = !file || fputs("{ local: *; };\n", file) < 0;

    if (file)
        failed |= fclose(file);
    return failed ? rv_because(reason, RV_EWRITE, "%s: %s", path, strerror(errno)) : 0;
}

/* What the linker is told, each word behind `prefix`, unless that is a null pointer. */
static void add_link_words(struct rv_words *words, const char *prefix, const char *exports)
{
    for (size_t i = 0; i < sizeof(link_words) / sizeof(link_words[0]); i++) {
        if (prefix)
            rv_words_add(words, prefix);
        rv_words_add(words, link_words[i]);
    }
    if (prefix)
        rv_words_add(words, prefix);
    rv_words_addf(words, "--version-script=%s", exports);
}

struct link {
    const struct rv_builder *builder;
    const struct rv_sources *sources;
    const struct rv_libraries *libraries;
    const char *made;
    char exports[PATH_MAX];
};

static void add_objects(struct rv_words *words, const struct link *link)
{
    rv_words_add(words, "-shared");
    for (int i = 0; i < link->sources->count; i++)
        rv_words_addf(words, "%s/%d.o", link->builder->scratch, i);
}

static void add_libraries(struct rv_words *words, const struct link *link)
{
    rv_libraries_link(link->libraries, link->sources->list[0].unit.image->path, words);
    rv_words_add(words, "-o");
    rv_words_add(words, link->made);
}

static int link_by_clang(const struct link *link)
{
    struct rv_words words = {0};
    int error;

    rv_words_add(&words, rv_tool_clang());
    if (rv_compile_is_lto(&link->sources->list[0].unit)) {
        rv_words_add(&words, "-fuse-ld=lld");
        rv_words_add(&words, "-O2");
    }
    rv_words_add(&words, "-nostartfiles");
    rv_words_add(&words, "-nodefaultlibs");
    add_link_words(&words, "-Xlinker", link->exports);
    add_objects(&words, link);
    rv_words_add(&words, "-lgcc");
    add_libraries(&words, link);
    error = rv_tool_run(&words, NULL, &link->builder->command->reason);
    rv_words_free(&words);
    return error;
}

/* In silence: what there is to say, clang's linker says again. */
static int link_by_linker(const struct link *link)
{
    struct rv_words words = {0};
    struct rv_reason unused;
    char nothing[1];
    int error;

    rv_words_add(&words, "ld");
    add_link_words(&words, NULL, link->exports);
    add_objects(&words, link);
    add_libraries(&words, link);
    error = rv_tool_capture(&words, nothing, sizeof(nothing), &unused);
    rv_words_free(&words);
    return error;
}

int rv_build_link(const struct rv_builder *builder, const struct rv_sources *sources,
                  const struct rv_libraries *libraries, const char *made)
{
    const struct rv_target_unit *unit = &sources->list[0].unit;
    struct rv_reason *reason = &builder->command->reason, unused;
    struct link link = {builder, sources, libraries, made, ""};
    int error;

    snprintf(link.exports, sizeof(link.exports), "%s/exports", builder->scratch);
    error = write_exports(link.exports, reason);
    if (error)
        return error;
    rv_tool_progress(builder->command, "linking");
    if (!rv_compile_is_lto(unit) && libraries->has_all && !link_by_linker(&link) &&
        !rv_symbols_check(made, unit->image->path, libraries, &unused))
        return 0;
    error = link_by_clang(&link);
    return error ? error : rv_symbols_check(made, unit->image->path, libraries, reason);
}
