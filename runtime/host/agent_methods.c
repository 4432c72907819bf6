/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_methods.c - methods and their translations, as fields of an answer.
 *
 * As agent_list.c: pages are written under the core lock, which keeps images
 * and tables where they are.
 */
#include "agent.h"

#include <stdio.h>
#include <string.h>

#include "root.h"

#define RESERVE 64 /* bytes that stay free for NEXT */

static const char *name_of(const struct rv_method *method)
{
    return RV_TARGET(const char, method->name);
}

static void put_place(struct rv_ctl_writer *out, const struct rv_image_state *image,
                      const struct rv_unit *unit)
{
    rv_ctl_put_text(out, RV_CTL_TAG_SOURCE, RV_TARGET(const char, unit->source));
    rv_ctl_put_text(out, RV_CTL_TAG_PATH, image->place.name);
}

static void put_method(struct rv_ctl_writer *out, const struct rv_image_state *image,
                       const struct rv_method *method, int with_place)
{
    const struct rv_unit *unit = RV_TARGET(const struct rv_unit, method->unit);
    size_t group = rv_ctl_open(out, RV_CTL_TAG_METHOD);
    uint32_t newest = 0;
    tw_id id = 0;

    if (!rv_method_id(method, &id))
        (void)rv_method_versions_locked(method, &newest);
    rv_ctl_put_number(out, RV_CTL_TAG_ID, id);
    rv_ctl_put_text(out, RV_CTL_TAG_NAME, name_of(method));
    rv_ctl_put_number(out, RV_CTL_TAG_UPDATE_ID, newest);
    rv_ctl_put_number(out, RV_CTL_TAG_FLAGS, method->flags);
    rv_ctl_put_number(out, RV_CTL_TAG_UNIT_FLAGS, unit->flags);
    rv_ctl_put_number(out, RV_CTL_TAG_ADDRESS, rv_method_target(method));
    if (with_place)
        put_place(out, image, unit);
    rv_ctl_close(out, group);
}

/* ---- the list ---- */

struct method_page {
    struct rv_ctl_writer *out;
    uint64_t from;      /* first unit number of the image << 32 | ordinal of the method */
    const void *before; /* unit of the row before, to leave out what is the same */
};

/* Whether SOURCE and PATH have to be said (again) for this method. */
static int is_elsewhere(struct method_page *page, const struct rv_method *method)
{
    const void *unit = RV_TARGET(const struct rv_unit, method->unit);
    int elsewhere = unit != page->before;

    page->before = unit;
    return elsewhere;
}

static int put_image_methods(const struct rv_image_state *image, void *context)
{
    struct method_page *page = context;
    uint64_t ordinal = image->first == page->from >> 32 ? (uint32_t)page->from : 0;

    if (image->error || image->first < page->from >> 32)
        return 0;
    for (const struct rv_method *at = image->image->methods + ordinal;
         at < image->image->methods_end; at++) {
        size_t mark = rv_ctl_mark(page->out);

        put_method(page->out, image, at, is_elsewhere(page, at));
        if (rv_ctl_room(page->out) < RESERVE) {
            rv_ctl_rewind(page->out, mark);
            ordinal = (uint64_t)(at - image->image->methods);
            rv_ctl_put_number(page->out, RV_CTL_TAG_NEXT, (uint64_t)image->first << 32 | ordinal);
            return 1;
        }
    }
    return 0;
}

void agent_list_methods(struct rv_ctl_writer *out, uint64_t from)
{
    struct method_page page = {.out = out, .from = from};

    rv_images_each(put_image_methods, &page);
}

/* ---- one translation ---- */

struct search {
    const char *name; /* or "": by ID */
    tw_id id;
    const struct rv_method *method;
    const struct rv_image_state *image;
    unsigned hits;
    char *ids; /* of all hits */
    size_t room;
    struct rv_ctl_writer *out;
    uint64_t entry;
};

static int is_wanted(const struct search *search, const struct rv_method *method, tw_id *id)
{
    if (rv_method_id(method, id))
        return 0;
    return *search->name ? !strcmp(search->name, name_of(method)) : *id == search->id;
}

static void add_hit(struct search *search, const struct rv_image_state *image,
                    const struct rv_method *method, tw_id id)
{
    const char *source =
        RV_TARGET(const char, RV_TARGET(const struct rv_unit, method->unit)->source);
    int length =
        snprintf(search->ids, search->room, "%s0x%x in %s", search->hits ? ", " : "", id, source);

    if (length > 0 && (size_t)length < search->room) {
        search->ids += length;
        search->room -= (size_t)length;
    }
    search->hits++;
    search->method = method;
    search->image = image;
    search->id = id;
}

/* One step for each level, as the hardware would print it; also when it ends early. */
static uint64_t put_levels(struct rv_ctl_writer *out, tw_id id)
{
    const struct tw_geometry *geometry = &rv_space.geometry;
    struct tw_step steps[TW_LEVELS_MAX];
    unsigned count;
    int error = tw_trace(&rv_space, &rv_root_table, id, steps, &count);

    for (unsigned n = 0; n < count; n++) {
        size_t group = rv_ctl_open(out, RV_CTL_TAG_LEVEL);
        rv_ctl_put_number(out, RV_CTL_TAG_INDEX, steps[n].index);
        rv_ctl_put_number(out, RV_CTL_TAG_ADDRESS, (uintptr_t)steps[n].slot);
        rv_ctl_put_number(out, RV_CTL_TAG_VALUE, steps[n].value);
        rv_ctl_put_number(out, RV_CTL_TAG_BITS, geometry->bits[n]);
        rv_ctl_close(out, group);
    }
    return error ? 0 : steps[count - 1].value;
}

static int search_image(const struct rv_image_state *image, void *context)
{
    struct search *search = context;
    tw_id id;

    if (image->error)
        return 0;
    for (const struct rv_method *at = image->image->methods; at < image->image->methods_end; at++)
        if (is_wanted(search, at, &id))
            add_hit(search, image, at, id);
    return 0;
}

/* In a second tour: the image of the one hit may have gone since the first. */
static int walk_if_found(const struct rv_image_state *image, void *context)
{
    struct search *search = context;

    if (image != search->image)
        return 0;
    put_method(search->out, search->image, search->method, 1);
    search->entry = put_levels(search->out, search->id);
    return 1;
}

struct place_search {
    struct rv_ctl_writer *out;
    uint64_t entry;
};

static int put_place_of(const struct rv_image_state *image, void *context)
{
    const struct place_search *search = context;

    if (search->entry < image->place.start || search->entry >= image->place.end)
        return 0;
    rv_ctl_put_text(search->out, RV_CTL_TAG_PATH, image->place.name);
    return 1;
}

static void put_entry(struct rv_ctl_writer *out, uint64_t entry)
{
    struct place_search search = {out, entry};
    size_t group = rv_ctl_open(out, RV_CTL_TAG_ENTRY);

    rv_ctl_put_number(out, RV_CTL_TAG_ADDRESS, entry);
    rv_images_each(put_place_of, &search);
    rv_ctl_close(out, group);
}

int agent_list_walk(struct rv_ctl_writer *out, const char *name, uint64_t id, char *detail,
                    size_t size)
{
    char ids[512] = "";
    struct search search = {
        .name = name, .id = (tw_id)id, .ids = ids, .room = sizeof(ids), .out = out};

    if (!*name)
        snprintf(detail, size, "0x%llx", (unsigned long long)id);
    if (id > UINT32_MAX)
        return RV_ENOMETHOD;
    rv_images_each(search_image, &search);
    if (search.hits > 1) {
        snprintf(detail, size, "%s is %s", name, ids);
        return RV_EAMBIGUOUS;
    }
    if (!search.hits || !rv_images_each(walk_if_found, &search))
        return RV_ENOMETHOD;
    put_entry(out, search.entry);
    return 0;
}
