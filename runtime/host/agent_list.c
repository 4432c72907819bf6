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
#include "crash.h"
#include "operate.h"

#include <stdio.h>
#include <string.h>

#include "garbage.h"
#include "leftover.h"
#include "loader.h"
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

#define KEEPERS 64 /* shown at most */

/* What keeps something of an update loaded; copied first, since the core lock does not nest. */
struct keeper {
    uint32_t update;
    enum rv_garbage_kind kind;
    enum rv_hold hold;
    int32_t holder;
};

/* A thread that has not moved, while an update is under way; copied for the same reason. */
struct waiter {
    struct rv_move_wait wait; /* its method may go; `function` is that one's name */
    char function[128];
};

/* A thread that goes on in code which an update has replaced. */
struct straggler {
    uint32_t update;
    pid_t thread;
    char function[128];
};

struct update_page {
    struct rv_ctl_writer *out;
    uint64_t from;    /* update's place in the list << 32 | name's place in the update */
    uint32_t ordinal; /* of the update that is visited */
    uint32_t only;    /* 0, or the ID of the one update that is wanted */
    struct keeper keepers[KEEPERS];
    uint32_t keeper_count;
    struct waiter waiters[KEEPERS];
    uint32_t waiter_count;
    struct straggler stragglers[KEEPERS];
    uint32_t straggler_count;
};

static int note_keeper(const struct rv_garbage *piece, void *context)
{
    struct update_page *page = context;

    if (page->keeper_count == KEEPERS)
        return 1;
    page->keepers[page->keeper_count++] =
        (struct keeper){piece->update, piece->kind, piece->hold, piece->holder};
    return 0;
}

static int note_waiter(const struct rv_move_wait *wait, void *context)
{
    struct update_page *page = context;
    struct waiter *waiter = &page->waiters[page->waiter_count];

    if (page->waiter_count == KEEPERS)
        return 1;
    *waiter = (struct waiter){.wait = *wait};
    if (wait->method)
        snprintf(waiter->function, sizeof(waiter->function), "%s",
                 RV_TARGET(const char, wait->method->name));
    page->waiter_count++;
    return 0;
}

static int note_straggler(const struct rv_leftover *leftover, void *context)
{
    struct update_page *page = context;
    struct straggler *straggler = &page->stragglers[page->straggler_count];

    if (page->straggler_count == KEEPERS)
        return 1;
    *straggler = (struct straggler){.update = leftover->update, .thread = leftover->thread};
    if (leftover->method)
        snprintf(straggler->function, sizeof(straggler->function), "%s", leftover->method);
    page->straggler_count++;
    return 0;
}

static const char *hold_text(enum rv_hold hold)
{
    switch (hold) {
    case RV_HOLD_UNEXAMINED:
        return "not examined yet";
    case RV_HOLD_RUNNING:
        return "has not been seen outside of it since";
    case RV_HOLD_STACK:
        return "has it on its stack";
    case RV_HOLD_REGISTER:
        return "runs in it";
    case RV_HOLD_UNREADABLE:
        return "the system does not let us look at it";
    }
    return "in use";
}

static void put_keeper(struct rv_ctl_writer *out, const struct keeper *keeper)
{
    const char *what = keeper->kind == RV_GARBAGE_CODE ? "code" : "table";
    char who[RV_THREAD_TEXT], text[160];

    rv_thread_text(keeper->holder, who);
    if (keeper->holder)
        snprintf(text, sizeof(text), "%s: %s %s", what, who, hold_text(keeper->hold));
    else
        snprintf(text, sizeof(text), "%s: %s", what, hold_text(keeper->hold));
    rv_ctl_put_text(out, RV_CTL_TAG_KEEPER, text);
}

static void put_waiter(struct rv_ctl_writer *out, const struct waiter *waiter)
{
    char text[RV_MOVE_TEXT];

    rv_move_say(&waiter->wait, waiter->function, text, sizeof(text));
    rv_ctl_put_text(out, RV_CTL_TAG_KEEPER, text);
}

static void put_waiters(struct update_page *page, const struct rv_update *update)
{
    if (update->state != RV_UPDATE_MOVING && update->state != RV_UPDATE_RETURNING)
        return;
    for (uint32_t i = 0; i < page->waiter_count; i++)
        put_waiter(page->out, &page->waiters[i]);
}

/* Of a thread that ran nothing is known, whatever update it is about. */
static void put_stragglers(struct update_page *page, const struct rv_update *update)
{
    const struct rv_patch_image *patch = update->owner;
    char text[192];

    if (update->state != RV_UPDATE_COMMITTED || !patch || !patch->at_once)
        return;
    for (uint32_t i = 0; i < page->straggler_count; i++) {
        const struct straggler *straggler = &page->stragglers[i];
        if (straggler->update != update->id && straggler->update)
            continue;
        snprintf(text, sizeof(text),
                 straggler->update ? "%s (thread %d)" : "%snot known of thread %d, which runs",
                 straggler->function, (int)straggler->thread);
        rv_ctl_put_text(page->out, RV_CTL_TAG_OLD_CODE, text);
    }
}

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

static void put_keepers(struct update_page *page, uint32_t update)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < page->keeper_count; i++) {
        if (page->keepers[i].update != update)
            continue;
        put_keeper(page->out, &page->keepers[i]);
        count++;
    }
    rv_ctl_put_number(page->out, RV_CTL_TAG_HOLDERS, count);
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
    put_keepers(page, update->id);
    put_waiters(page, update);
    put_stragglers(page, update);
    put_one_way(page, update);
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

/* What cannot be found out is left out of the answer. */
static void note_stragglers(struct update_page *page)
{
    if (rv_leftovers_each(note_straggler, page))
        agent_log("cannot tell who is inside replaced functions");
}

void agent_list_updates(struct rv_ctl_writer *out, uint64_t from)
{
    struct update_page page = {.out = out, .from = from};

    rv_garbage_each(note_keeper, &page);
    rv_move_each(note_waiter, &page);
    note_stragglers(&page);
    rv_updates_each(put_update, &page);
}

void agent_put_update(struct rv_ctl_writer *out, uint32_t id)
{
    struct update_page page = {.out = out, .only = id};

    rv_move_each(note_waiter, &page);
    note_stragglers(&page);
    rv_updates_each(put_update, &page);
}
