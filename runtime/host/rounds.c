/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rounds.c - see rounds.h.
 */
#define _GNU_SOURCE
#include "rounds.h"
#include "control/clock.h"
#include "loader.h"
#include "rv_platform.h"
#include "saved.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS       2u /* searches that find nothing, with a look at all threads around each */
#define STEP_MS      20u /* between two steps of a search */
#define REST_FIRST   1000u /* ms */
#define REST_LONGEST 60000u /* ms */

static int searches; /* memory; set before there is a second thread */

void rv_rounds_init(void)
{
    const char *value = secure_getenv("REVECTOR_SEARCH");
    searches = !value || strcmp(value, "off") != 0;
}

/* Only stubs and faults have tables in hand. */
void rv_rounds_cleared_locked(struct rv_garbage *piece)
{
    const int is_searched = searches && piece->kind == RV_GARBAGE_CODE && piece->rounds < ROUNDS;

    piece->stage = is_searched ? RV_GARBAGE_SEARCHING : RV_GARBAGE_CLEAN;
    piece->hold = RV_HOLD_SEARCH;
    piece->holder = 0;
}

/* ---- what came of a search ---- */

static void rest_locked(struct rv_garbage *piece, enum rv_hold why, uintptr_t where)
{
    piece->stage = RV_GARBAGE_RESTING;
    piece->hold = why;
    piece->holder = 0;
    piece->where = where;
    piece->rounds = 0;
    piece->rest_ms = piece->rest_ms ? piece->rest_ms * 2 : REST_FIRST;
    if (piece->rest_ms > REST_LONGEST)
        piece->rest_ms = REST_LONGEST;
    piece->rest_until = rv_clock_ms() + piece->rest_ms;
}

static void conclude(int error)
{
    size_t count;
    const struct rv_saved *all = rv_saved_result(&count);

    rv_platform_lock();
    for (size_t n = 0; n < count; n++) {
        struct rv_garbage *piece = all[n].piece;
        if (error)
            rest_locked(piece, RV_HOLD_UNREADABLE, 0);
        else if (all[n].why != RV_HOLD_UNEXAMINED)
            rest_locked(piece, all[n].why, all[n].where);
        else {
            piece->stage = RV_GARBAGE_CLEARING;
            piece->rounds++;
        }
    }
    rv_platform_unlock();
    rv_saved_end();
}

/* ---- a search ---- */

struct wanted {
    struct rv_saved *all;
    size_t count, room;
};

static int note_wanted(const struct rv_garbage *garbage, void *context)
{
    struct rv_garbage *piece = (struct rv_garbage *)garbage;
    const struct rv_patch_image *patch = piece->owner;
    struct wanted *wanted = context;

    if (piece->stage != RV_GARBAGE_SEARCHING)
        return 0;
    if (wanted->count < wanted->room)
        wanted->all[wanted->count] = (struct rv_saved){
            .piece = piece, .patch = {piece->start, piece->end}, .linked = &patch->linked};
    wanted->count++;
    return 0;
}

static int rest_wanted(const struct rv_garbage *piece, void *unused)
{
    (void)unused;
    if (piece->stage == RV_GARBAGE_SEARCHING)
        rest_locked((struct rv_garbage *)piece, RV_HOLD_UNREADABLE, 0);
    return 0;
}

/* Only the examiner makes pieces SEARCHING: there are as many at the second look. */
static void begin(void)
{
    struct wanted wanted = {0};

    rv_garbage_each(note_wanted, &wanted);
    if (!wanted.count)
        return;
    wanted.room = wanted.count;
    wanted.count = 0;
    wanted.all = rv_own_alloc(wanted.room, sizeof(*wanted.all));
    if (wanted.all)
        rv_garbage_each(note_wanted, &wanted);
    if (!wanted.all || rv_saved_begin(wanted.all, wanted.count))
        rv_garbage_each(rest_wanted, NULL);
}

void rv_rounds_search(size_t bytes)
{
    int result;

    if (!rv_saved_is_on())
        begin();
    if (!rv_saved_is_on())
        return;
    do
        result = rv_saved_go_on(bytes);
    while (result == 1 && bytes == SIZE_MAX);
    if (result != 1)
        conclude(result);
}

/* ---- rests ---- */

/* One word in the place of all memory: the pointer that was found is still there. */
static int is_still_saved(const struct rv_garbage *piece)
{
    uintptr_t word = 0;

    return piece->hold == RV_HOLD_MEMORY && rv_saved_read(piece->where, &word) &&
           word >= piece->start && word < piece->end;
}

static int wake(const struct rv_garbage *garbage, void *until)
{
    struct rv_garbage *piece = (struct rv_garbage *)garbage;

    if (piece->stage != RV_GARBAGE_RESTING || piece->rest_until > *(const uint64_t *)until)
        return 0;
    if (!is_still_saved(piece))
        piece->stage = RV_GARBAGE_CLEARING;
    else if (piece->rest_until <= rv_clock_ms())
        rest_locked(piece, piece->hold, piece->where);
    return 0;
}

void rv_rounds_wake(int at_once)
{
    uint64_t until = at_once ? UINT64_MAX : rv_clock_ms();

    rv_garbage_each(wake, &until);
}

static int note_end(const struct rv_garbage *piece, void *context)
{
    uint64_t *next = context;

    if (piece->stage == RV_GARBAGE_RESTING && piece->rest_until < *next)
        *next = piece->rest_until;
    return 0;
}

unsigned rv_rounds_next(void)
{
    const uint64_t now = rv_clock_ms();
    uint64_t next = UINT64_MAX;

    if (rv_saved_is_on())
        return STEP_MS;
    rv_garbage_each(note_end, &next);
    if (next == UINT64_MAX)
        return UINT_MAX;
    return next > now ? (unsigned)(next - now) : 1;
}
