/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transform.c - see transform.h. Whether an update may come or go is in transform_rules.c.
 *
 * One object is one entry of a hash table by its old address, with room for the converted one:
 * the author's own memory if the object moves, else a buffer whose contents go over the old.
 */
#include "transform.h"
#include "own.h"
#include "revector/error.h"
#include "revector/record.h"
#include "revector/transform.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    const void *from; /* a null pointer: a free place */
    void *to;
};

/* One way of one type. */
struct rv_transform {
    struct rv_transform *next;
    const struct rv_transformer *record;
    const struct rv_transform_how *how;
    int is_back, moves;
    size_t size; /* of a converted object */
    struct pair *pairs;
    size_t mask, count; /* mask + 1 places, half of them free at least */
    char sentence[201];
};

static struct rv_transform *prepared; /* between prepare and finish */

/* ---- the table of a type's objects ---- */

static struct pair *place_of(const struct rv_transform *t, const void *from)
{
    size_t n = ((uintptr_t)from >> 3) * 0x9e3779b97f4a7c15u >> 20 & t->mask;

    while (t->pairs[n].from && t->pairs[n].from != from)
        n = (n + 1) & t->mask;
    return &t->pairs[n];
}

static int make_room(struct rv_transform *t)
{
    struct rv_transform larger = *t;

    if (t->pairs && t->count < t->mask / 2)
        return 0;
    larger.mask = t->pairs ? 2 * t->mask + 1 : 63;
    larger.pairs = calloc(larger.mask + 1, sizeof(*larger.pairs));
    if (!larger.pairs)
        return RV_ENOMEM;
    for (size_t n = 0; t->pairs && n <= t->mask; n++)
        if (t->pairs[n].from)
            *place_of(&larger, t->pairs[n].from) = t->pairs[n];
    free(t->pairs);
    t->pairs = larger.pairs;
    t->mask = larger.mask;
    return 0;
}

/* ---- what the author's functions call ---- */

int rv_transform_refuse(struct rv_transform *t, int code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(t->sentence, sizeof(t->sentence), format, arguments);
    va_end(arguments);
    return code ? code : -1;
}

static void drop_object(const struct rv_transform *t, void *object)
{
    if (t->moves)
        t->how->release(object);
    else
        free(object);
}

static int convert(struct rv_transform *t, const void *from, void *to)
{
    memset(to, 0, t->size);
    return t->is_back ? t->how->convert_back(t, from, to) : t->how->convert(t, from, to);
}

int rv_transform_object(struct rv_transform *t, const void *object)
{
    void *to;
    int code;

    if (!object)
        return 0;
    if (make_room(t))
        return rv_transform_refuse(t, RV_ENOMEM, "there is not enough memory");
    if (place_of(t, object)->from)
        return 0;
    to = t->moves ? t->how->allocate(t->size) : malloc(t->size);
    if (!to)
        return rv_transform_refuse(t, RV_ENOMEM, "there is not enough memory");
    code = convert(t, object, to);
    if (code) {
        drop_object(t, to);
        return code;
    }
    *place_of(t, object) = (struct pair){object, to};
    t->count++;
    return 0;
}

void *rv_transform_moved(struct rv_transform *t, const void *object)
{
    const struct pair *pair = object && t->pairs && t->moves ? place_of(t, object) : NULL;

    return pair && pair->from ? pair->to : (void *)(uintptr_t)object;
}

/* ---- all types of a patch ---- */

void rv_transform_drop(void)
{
    while (prepared) {
        struct rv_transform *t = prepared;
        prepared = t->next;
        for (size_t n = 0; t->pairs && n <= t->mask; n++)
            if (t->pairs[n].from)
                drop_object(t, t->pairs[n].to);
        free(t->pairs);
        rv_own_free(t);
    }
}

static struct rv_transform *begin(const struct rv_transformer *record, int with)
{
    const uint32_t moves = with ? RV_TRANSFORMER_MOVES : RV_TRANSFORMER_MOVES_BACK;
    struct rv_transform *t = rv_own_alloc(1, sizeof(*t));

    if (!t)
        return NULL;
    t->record = record;
    t->how = RV_TARGET(const struct rv_transform_how, record->how);
    t->is_back = !with;
    t->moves = (record->flags & moves) != 0;
    t->size = with ? record->now : record->then;
    t->next = prepared;
    return prepared = t;
}

static int prepare_one(const struct rv_transformer *record, int with, struct rv_detail *detail)
{
    struct rv_transform *t = begin(record, with);
    int code;

    if (!t)
        return RV_ENOMEM;
    code = t->is_back ? t->how->walk_back(t) : t->how->walk(t);
    if (!code)
        return 0;
    rv_detail_add_words(detail, RV_TARGET(const char, record->type), t->sentence,
                        "the transformer gives no reason", code);
    return RV_ETRANSFORM;
}

int rv_transform_prepare(const struct rv_patch_image *patch, int with, struct rv_detail *detail)
{
    const struct rv_image *image = patch->image->image;
    int error = 0;

    for (const struct rv_transformer *t = image->transforms; t < image->transforms_end && !error;
         t++)
        if (t->how)
            error = prepare_one(t, with, detail);
    if (error)
        rv_transform_drop();
    return error;
}

static void overwrite(const struct rv_transform *t)
{
    for (size_t n = 0; t->pairs && n <= t->mask; n++)
        if (t->pairs[n].from)
            memcpy((void *)(uintptr_t)t->pairs[n].from, t->pairs[n].to, t->size);
}

void rv_transform_switch(void)
{
    for (struct rv_transform *t = prepared; t; t = t->next)
        if (!t->moves)
            overwrite(t);
        else if (t->is_back)
            t->how->point_back(t);
        else
            t->how->point(t);
}

/* What is dropped now is what nobody uses any more: old objects, and buffers. */
void rv_transform_finish(void)
{
    for (struct rv_transform *t = prepared; t; t = t->next)
        for (size_t n = 0; t->moves && t->pairs && n <= t->mask; n++)
            if (t->pairs[n].from)
                t->pairs[n].to = (void *)(uintptr_t)t->pairs[n].from;
    rv_transform_drop();
}

void rv_transform_in_child(void)
{
    prepared = NULL;
}
