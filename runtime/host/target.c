/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target.c - see target.h.
 */
#include "target.h"
#include "loader.h"
#include "place.h"
#include "revector/error.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define START_US 1000000 /* constructors of libraries may take this long */
#define NAP_US   5000

struct question {
    const struct rv_trailer *trailer;
    struct rv_image_state *found; /* good while the image is pinned */
    uintptr_t start;
    int has_compiler;
};

/* Whether any unit of the image was compiled by what compiled the patch. */
static int has_compiler(const struct rv_image *image, uint64_t compiler)
{
    for (const struct rv_unit *unit = image->units; unit < image->units_end; unit++)
        if (rv_trailer_compiler(RV_TARGET(const char, unit->compiler)) == compiler)
            return 1;
    return 0;
}

int rv_target_is(const struct rv_image_state *image, const struct rv_trailer *trailer)
{
    return !image->image->patch && trailer->build_id_size &&
           image->place.build_id_size == trailer->build_id_size &&
           !memcmp(image->place.build_id, trailer->build_id, trailer->build_id_size);
}

static int is_target(const struct rv_image_state *image, void *context)
{
    struct question *question = context;

    if (image->phase != RV_IMAGE_LIVE || !rv_target_is(image, question->trailer))
        return 0;
    question->found = (struct rv_image_state *)image;
    question->start = image->place.start;
    question->has_compiler = has_compiler(image->image, question->trailer->compiler);
    return 1;
}

static int is_for(const struct rv_image_state *image, void *trailer)
{
    return rv_target_is(image, trailer);
}

int rv_target_has_registered(const struct rv_trailer *trailer)
{
    return rv_images_each(is_for, (void *)trailer);
}

/* What is checked later, whole. */
static int read_trailer(int fd, struct rv_trailer *trailer)
{
    struct stat status;

    return fstat(fd, &status) == 0 && status.st_size > (off_t)sizeof(*trailer) &&
           pread(fd, trailer, sizeof(*trailer), status.st_size - (off_t)sizeof(*trailer)) ==
               sizeof(*trailer) &&
           trailer->build_id_size <= sizeof(trailer->build_id);
}

void rv_target_await(int fd)
{
    struct rv_trailer trailer;

    if (!read_trailer(fd, &trailer))
        return;
    for (int waited = 0; waited < START_US; waited += NAP_US) {
        if (rv_target_has_registered(&trailer) ||
            !rv_place_has_build(trailer.build_id, trailer.build_id_size))
            return;
        usleep(NAP_US);
    }
}

static int add_build(const struct rv_image_state *image, void *context)
{
    if (!image->image->patch)
        rv_detail_add_build(context, image->place.name, image->place.build_id,
                            image->place.build_id_size);
    return 0;
}

/* Says which build the patch is for and which ones are here. */
static int wrong_build(const struct rv_trailer *trailer, struct rv_detail *detail)
{
    rv_detail_add_build(detail, "its program", trailer->build_id, trailer->build_id_size);
    rv_images_each(add_build, detail);
    return RV_EWRONGBUILD;
}

int rv_target_pin(const struct rv_trailer *trailer, struct rv_image_state **target, void **pin,
                  struct rv_detail *detail)
{
    struct question question = {.trailer = trailer};
    int error;

    if (!rv_images_each(is_target, &question))
        return wrong_build(trailer, detail);
    if (!question.has_compiler)
        return RV_ECOMPILER;
    error = rv_loader_pin(question.start, pin);
    if (error)
        return error;
    /* Asked again: it may have gone before it was pinned, and another one come. */
    if (!rv_images_each(is_target, &question))
        return RV_ELEAVING;
    *target = question.found;
    return 0;
}
