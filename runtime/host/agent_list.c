/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_list.c - updates, methods and translations, as fields of an answer.
 *
 * Lists are written straight into the answer while the core lock is held, so a
 * page of them is one moment's truth; visitors only read and copy. A page ends
 * with NEXT when the next row would not fit.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "agent_waits.h"
#include "crash.h"
#include "operate.h"

#include <string.h>

#include "move.h"
#include "transform.h"

#define RESERVE 64 /* bytes that stay free for NEXT and what follows */

/* ---- totals ---- */

static int count_image(const struct rv_image_state *state, void *context)
{
    struct agent_totals *totals = context;

    if (state->error)
        totals->strangers++;
    else if (!state->image->patch) {
        totals->images++;
        totals->methods += state->methods;
    }
    return 0;
}

static int count_update(const struct rv_update *update, void *context)
{
    ((struct agent_totals *)context)->updates += update->state == RV_UPDATE_COMMITTED;
    return 0;
}

void agent_count(struct agent_totals *totals)
{
    *totals = (struct agent_totals){0};
    rv_images_each(count_image, totals);
    rv_updates_each(count_update, totals);
}

/* ---- updates ---- */

struct update_page {
    struct rv_ctl_writer *out;
    uint64_t from;    /* update's place in the list << 32 | name's place in the update */
    uint32_t ordinal; /* of the update that is visited */
    uint32_t only;    /* 0, or the ID of the one update that is wanted */
    struct agent_waits waits;
};

static const char *state_text(const struct rv_update *update)
{
    switch (update->state) {
    case RV_UPDATE_STAGING:
    case RV_UPDATE_CHECKED:
    case RV_UPDATE_READY:
        return "staged";
    case RV_UPDATE_MOVING:
        return rv_move_is_held(update->id) ? "moved" : "moving";
    case RV_UPDATE_RETURNING:
        return "returning";
    case RV_UPDATE_ABORTED:
        return "aborted";
    case RV_UPDATE_COMMITTED:
        return "committed";
    case RV_UPDATE_REVERTED:
        return "reverted";
    case RV_UPDATE_ORPHANED:
        return "orphaned";
    case RV_UPDATE_REPLACED:
        return "replaced";
    }
    return "unknown";
}

static uint64_t age_ms(const struct rv_update *update)
{
    uint64_t since = update->reverted ? update->reverted : update->committed;
    uint64_t now = rv_platform_time();

    return since && now > since ? (now - since) / 1000000 : 0;
}

/* The file that the update's code was loaded from, if it is loaded still. */
static const char *file_of(const struct rv_update *update)
{
    struct rv_image_state *state = !rv_update_has_ended(update) && update->count
                                       ? rv_image_at_locked((uintptr_t)update->changes[0].body)
                                       : NULL;

    /* A copy in memory was loaded by a name that means nothing to others. */
    if (!state || !state->place.name[0] || strstr(state->place.name, "/thread-self/fd/"))
        return update->name;
    return state->place.name;
}

/* To the program's own body, since what had replaced it is superseded. */
static int goes_back(const struct rv_update *update, const struct rv_change *change)
{
    return rv_image_at_locked((uintptr_t)change->body) == update->image;
}

/* From name number `name` on; returns the number of the first that did not fit. */
static uint32_t put_names(struct rv_ctl_writer *out, const struct rv_update *update, uint32_t name)
{
    for (; update->image && name < update->count; name++) {
        const struct rv_change *change = &update->changes[name];
        const enum rv_ctl_tag tag = goes_back(update, change) ? RV_CTL_TAG_BACK : RV_CTL_TAG_NAME;
        size_t mark = rv_ctl_mark(out);

        rv_ctl_put_text(out, tag, RV_TARGET(const char, change->method->name));
        if (rv_ctl_room(out) < RESERVE) {
            rv_ctl_rewind(out, mark);
            return name;
        }
    }
    return update->count;
}

/* The records are in the patch, which is there for as long as it is in force. */
static void put_one_way(struct update_page *page, const struct rv_update *update)
{
    const char *type;

    if (update->state != RV_UPDATE_COMMITTED || !update->owner)
        return;
    for (uint32_t n = 0; (type = rv_transform_one_way(update->owner, n)) != NULL; n++)
        rv_ctl_put_text(page->out, RV_CTL_TAG_ONE_WAY, type);
}

static void put_converts(struct update_page *page, const struct rv_update *update)
{
    if (rv_update_is_moving(update) && update->owner && rv_transform_is_in(update->owner))
        rv_ctl_put_number(page->out, RV_CTL_TAG_CONVERTS, 1);
}

static void put_update_facts(struct update_page *page, const struct rv_update *update)
{
    uint64_t left = rv_operate_time_left(update->id);
    uint8_t sha256[RV_SHA256_SIZE];

    rv_ctl_put_number(page->out, RV_CTL_TAG_ID, update->id);
    rv_ctl_put_text(page->out, RV_CTL_TAG_STATE, state_text(update));
    rv_ctl_put_text(page->out, RV_CTL_TAG_PATH, file_of(update));
    if (rv_operate_sha256(update->id, sha256))
        rv_ctl_put_bytes(page->out, RV_CTL_TAG_SHA256, sha256, sizeof(sha256));
    rv_ctl_put_number(page->out, RV_CTL_TAG_AGE, age_ms(update));
    if (left)
        rv_ctl_put_number(page->out, RV_CTL_TAG_CONFIRM, left);
    if (rv_crash_time_left_locked(update->id))
        rv_ctl_put_number(page->out, RV_CTL_TAG_PROBATION, rv_crash_time_left_locked(update->id));
    rv_ctl_put_number(page->out, RV_CTL_TAG_COUNT, update->count);
    agent_waits_put(&page->waits, update, page->out);
    put_one_way(page, update);
    put_converts(page, update);
}

static int put_update(const struct rv_update *update, void *context)
{
    struct update_page *page = context;
    uint32_t ordinal = page->ordinal++, name = 0;
    size_t mark = rv_ctl_mark(page->out), group;

    if (ordinal < page->from >> 32 || (page->only && update->id != page->only))
        return 0;
    if (ordinal == page->from >> 32)
        name = (uint32_t)page->from;
    group = rv_ctl_open(page->out, RV_CTL_TAG_UPDATE);
    put_update_facts(page, update);
    if (rv_ctl_room(page->out) < 2 * RESERVE) {
        rv_ctl_rewind(page->out, mark);
        rv_ctl_put_number(page->out, RV_CTL_TAG_NEXT, (uint64_t)ordinal << 32);
        return 1;
    }
    name = put_names(page->out, update, name);
    rv_ctl_close(page->out, group);
    if (name == update->count || !update->image)
        return 0;
    rv_ctl_put_number(page->out, RV_CTL_TAG_NEXT, (uint64_t)ordinal << 32 | name);
    return 1;
}

void agent_list_updates(struct rv_ctl_writer *out, uint64_t from)
{
    struct update_page page = {.out = out, .from = from};

    agent_waits_note(&page.waits);
    rv_updates_each(put_update, &page);
}

void agent_put_update(struct rv_ctl_writer *out, uint32_t id)
{
    struct update_page page = {.out = out, .only = id};

    agent_waits_note(&page.waits);
    rv_updates_each(put_update, &page);
}
