/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build.c - the steps from source to patch, in a scratch folder until the last.
 *
 *   find the sources -> compile each -> link -> look whether there is anything in it ->
 *   trailer -> rename into place
 */
#define _GNU_SOURCE
#include "build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_compile.h"
#include "build_types.h"
#include "libraries.h"
#include "patch_file.h"
#include "process.h"

struct build {
    struct rv_builder with;
    const struct rv_build_request *request;
    struct rv_target_images images;
    struct rv_sources sources;
    struct rv_libraries libraries;
    struct rv_reason *reason;
};

static const struct rv_file_unit *unit_of(const struct build *build, int i)
{
    const struct rv_target_unit *unit = &build->sources.list[i].unit;

    return &unit->image->file->units[unit->unit];
}

/*
 * The first that another compiler has built: of the units to compile or, before those are known,
 * of all, which are asked what they include.
 */
static const struct rv_file_unit *built_otherwise(const struct build *build, const char *version)
{
    for (int i = 0; i < build->sources.count; i++)
        if (strcmp(version, unit_of(build, i)->compiler))
            return unit_of(build, i);
    for (size_t i = 0; !build->sources.count && i < build->images.count; i++) {
        const struct rv_image_file *file = build->images.list[i].file;

        for (uint32_t n = 0; n < file->unit_count; n++)
            if (strcmp(version, file->units[n].compiler))
                return &file->units[n];
    }
    return NULL;
}

/*
 * Each compilation checks that it is done by the compiler that built the program. Asking that
 * for its version costs as much as compiling a small file, so it is done where something failed.
 */
static int explain(struct build *build, int error)
{
    const struct rv_file_unit *unit = NULL;
    struct rv_reason unused;
    char version[512];

    if (!rv_tool_version(rv_tool_clang(), version, sizeof(version), &unused))
        unit = built_otherwise(build, version);
    if (!unit)
        return error;
    return rv_because(build->reason, RV_ECOMPILER,
                      "%s was built by '%s' and %s is '%s'; set REVECTOR_CLANG", unit->source,
                      unit->compiler, rv_tool_clang(), version);
}

static int check_contents(struct build *build, const char *made)
{
    struct rv_image_file *patch;
    int error = rv_image_file_open(made, &patch);

    if (error == RV_ENORECORDS)
        error = RV_ENOCHANGE;
    if (error)
        return rv_because(build->reason, error, "%s", build->request->files[0]);
    error = rv_build_check_types(patch, &build->sources, build->reason);
    if (!error && (!patch->patch || !patch->replacement_count))
        error = rv_because(build->reason, RV_ENOCHANGE, "%s makes the same code as the program has",
                           build->request->files[0]);
    rv_image_file_close(patch);
    return error;
}

/* ---- putting it in its place ---- */

/* By reading and writing: what is faster is not there between all file systems. 0, or -1. */
static int copy(int from, int to)
{
    char bytes[65536];
    ssize_t got, put;

    while ((got = read(from, bytes, sizeof(bytes))) > 0)
        for (ssize_t done = 0; done < got; done += put) {
            put = write(to, bytes + done, (size_t)(got - done));
            if (put < 0)
                return -1;
        }
    return got < 0 ? -1 : 0;
}

/* Across file systems too: a copy beside the target, then one rename. */
static int move_file(const char *from, const char *to, struct rv_reason *reason)
{
    char near_to[PATH_MAX + 16];
    int in = open(from, O_RDONLY | O_CLOEXEC), out, failed = 1;

    if (in < 0)
        return rv_because(reason, RV_EREAD, "%s: %s", from, strerror(errno));
    snprintf(near_to, sizeof(near_to), "%s.XXXXXX", to);
    out = mkostemp(near_to, O_CLOEXEC);
    if (out >= 0) {
        failed = fchmod(out, 0644) || copy(in, out);
        failed = close(out) || failed || rename(near_to, to);
    }
    if (failed)
        rv_because(reason, RV_EWRITE, "%s: %s", to, strerror(errno));
    if (failed && out >= 0)
        unlink(near_to);
    close(in);
    return failed ? RV_EWRITE : 0;
}

/* Kept under a name that tells the contents, so the same patch is stored once. */
static int keep(struct build *build, uint64_t checksum, char *made)
{
    const char *name = basename(build->request->files[0]);
    const struct rv_target_image *image = build->sources.list[0].unit.image;
    char folder[PATH_MAX / 2];
    int error = rv_patch_folder(image->name, image->file, folder, sizeof(folder), build->reason);

    if (error)
        return error;
    if (snprintf(made, PATH_MAX, "%s/%.*s-%016llx.rvp", folder, (int)strcspn(name, "."), name,
                 (unsigned long long)checksum) >= PATH_MAX)
        return RV_ETOOLONG;
    return 0;
}

static int put_in_place(struct build *build, const char *scratch, uint64_t checksum, char *made)
{
    int error = 0;

    if (build->request->output)
        snprintf(made, PATH_MAX, "%s", build->request->output);
    else
        error = keep(build, checksum, made);
    if (error || (!build->request->output && !access(made, R_OK)))
        return error;
    return move_file(scratch, made, build->reason);
}

static int build_in_scratch(struct build *build, char *made)
{
    char scratch[PATH_MAX];
    uint64_t checksum;
    int error = rv_build_compile(&build->with, &build->sources);

    snprintf(scratch, sizeof(scratch), "%s/patch", build->with.scratch);
    if (!error)
        error = rv_libraries_find(build->request->program, &build->libraries);
    if (!error)
        error = rv_build_link(&build->with, &build->sources, &build->libraries, scratch);
    if (!error)
        error = check_contents(build, scratch);
    if (!error)
        error = rv_patch_finish(scratch, build->sources.list[0].unit.image->file,
                                unit_of(build, 0)->compiler, &checksum, build->reason);
    return error ? error : put_in_place(build, scratch, checksum, made);
}

/* With a scratch folder. */
static int build_found(struct build *build, char *made)
{
    int error = rv_sources_find(&build->with, build->request, &build->images, &build->sources);

    if (!error)
        error = build_in_scratch(build, made);
    if (error == RV_EBUILD || error == RV_EREAD)
        error = explain(build, error);
    rv_libraries_free(&build->libraries);
    rv_sources_free(&build->sources);
    return error;
}

int rv_build(struct rv_command *command, const struct rv_build_request *request, char *made)
{
    struct build build = {
        .with = {.command = command, .jobs = request->jobs},
        .request = request,
        .reason = &command->reason,
    };
    struct rv_builder *with = &build.with;
    int error = rv_target_images_open(request->program, &build.images, build.reason);

    if (!error)
        error = rv_tool_plugin(with->plugin, sizeof(with->plugin), build.reason);
    if (!error)
        error = rv_tool_scratch(with->scratch, sizeof(with->scratch), build.reason);
    if (!error) {
        error = build_found(&build, made);
        rv_tool_scratch_remove(with->scratch);
    }
    rv_target_images_close(&build.images);
    return error;
}
