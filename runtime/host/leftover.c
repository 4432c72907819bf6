/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leftover.c - see leftover.h.
 *
 * What an update replaced is what the one before it had, or the first body: all changes
 * in force are sorted by method and age, and each is the end of its neighbour's.
 */
#define _GNU_SOURCE
#include "leftover.h"
#include "examine.h"
#include "loader.h"
#include "own.h"
#include "revector/error.h"
#include "rv_platform.h"
#include "sort.h"
#include "threads.h"
#include "update.h"

#include <stdio.h>
#include <unistd.h>

#define FUNCTION_MAX (1u << 24) /* bytes; no function is larger */
#define METHOD_NAME  128

struct change {
    const struct rv_method *method; /* only compared: its image may be gone */
    uint32_t update;
    int at_once;
    int is_endless; /* the first body */
    uintptr_t first, body;
    char name[METHOD_NAME];
};

struct changes {
    struct change *all;
    size_t count, room;
};

/* An old function; what is looked for, and whose it is. */
struct old {
    struct rv_piece piece;
    const struct change *by;
    int is_endless; /* the program's own, from which nobody returns */
};

/* ---- what has been replaced ---- */

static int is_at_once(const struct rv_update *update)
{
    const struct rv_patch_image *patch = update->owner;
    return patch && patch->at_once;
}

static int note_changes(const struct rv_update *update, void *context)
{
    struct changes *changes = context;

    if (update->state != RV_UPDATE_COMMITTED || !update->image)
        return 0;
    for (uint32_t n = 0; n < update->count; n++, changes->count++) {
        const struct rv_method *method = update->changes[n].method;
        if (changes->count >= changes->room)
            continue;
        struct change *change = &changes->all[changes->count];
        *change = (struct change){method,
                                  update->id,
                                  is_at_once(update),
                                  (method->flags & RV_METHOD_ENDLESS) != 0,
                                  (uintptr_t)RV_TARGET(const void, method->body),
                                  (uintptr_t)update->changes[n].body,
                                  ""};
        snprintf(change->name, sizeof(change->name), "%s", RV_TARGET(const char, method->name));
    }
    return 0;
}

static int note_at_once(const struct rv_update *update, void *context)
{
    (void)context;
    return update->state == RV_UPDATE_COMMITTED && is_at_once(update);
}

/* Updates may come while nobody holds the lock: then there is one more to count. */
static int copy_changes(struct changes *changes)
{
    do {
        rv_own_free(changes->all);
        changes->room = changes->count;
        changes->all = rv_own_alloc(changes->room + 1, sizeof(*changes->all));
        if (!changes->all)
            return RV_ENOMEM;
        changes->count = 0;
        rv_updates_each(note_changes, changes);
    } while (changes->count > changes->room);
    return 0;
}

static int is_before(const void *a, const void *b)
{
    const struct change *left = a, *right = b;

    if (left->method != right->method)
        return left->method < right->method;
    return left->update < right->update;
}

static int starts_before(const void *a, const void *b)
{
    const struct old *left = a, *right = b;
    return left->piece.start < right->piece.start;
}

/* Where it ends is not in the records; a function that the unwinder does not know is left out. */
static int find_end(struct rv_piece *piece)
{
    piece->end = rv_platform_function_end(piece->start, piece->start + FUNCTION_MAX);
    return piece->end != piece->start + FUNCTION_MAX;
}

/* Returns how many; ascending and disjoint, as rv_examine_for wants them. */
static size_t list_old(const struct changes *changes, struct old *old)
{
    size_t count = 0;

    for (size_t n = 0; n < changes->count; n++) {
        const struct change *change = &changes->all[n];
        const int is_first = n == 0 || change[-1].method != change->method;
        const uintptr_t start = is_first ? change->first : change[-1].body;
        old[count] = (struct old){.piece = {.start = start, .kind = RV_PIECE_BODY},
                                  .by = change,
                                  .is_endless = is_first && change->is_endless};
        count += change->at_once && find_end(&old[count].piece);
    }
    rv_sort(old, (uint32_t)count, sizeof(*old), starts_before);
    return count;
}

/* ---- who is in it ---- */

struct look {
    const struct old *old;
    size_t count;
    int (*visit)(const struct rv_leftover *leftover, void *context);
    void *context;
};

static int tell(const struct look *look, const struct old *old, pid_t tid)
{
    return look->visit(&(struct rv_leftover){.update = old->by->update,
                                             .thread = tid,
                                             .method = old->by->name,
                                             .is_endless = old->is_endless},
                       look->context);
}

static int look_at(const struct look *look, pid_t tid)
{
    const uintptr_t *where;
    const enum rv_verdict verdict = rv_examine_often(tid, &where);
    int result = 0;

    if (verdict == RV_VERDICT_RUNNING || verdict == RV_VERDICT_UNREADABLE)
        return look->visit(
            &(struct rv_leftover){.thread = tid, .runs = verdict == RV_VERDICT_RUNNING},
            look->context);
    for (size_t n = 0; verdict == RV_VERDICT_SEEN && n < look->count && !result; n++)
        if (where[n])
            result = tell(look, &look->old[n], tid);
    return result;
}

static int look_at_threads(const struct look *look, const struct rv_piece *pieces)
{
    struct rv_thread_list threads = {0};
    int error = rv_examine_for(pieces, look->count);

    if (!error)
        error = rv_threads_list(&threads);
    for (size_t n = 0; !error && n < threads.count; n++)
        if (threads.all[n].tid != gettid() && look_at(look, threads.all[n].tid))
            break;
    rv_threads_free(&threads);
    return error;
}

static int look(const struct look *look)
{
    struct rv_piece *pieces = rv_own_alloc(look->count + 1, sizeof(*pieces));
    int error = pieces ? RV_EBUSY : RV_ENOMEM;

    for (size_t n = 0; pieces && n < look->count; n++)
        pieces[n] = look->old[n].piece;
    if (pieces && rv_examine_begin()) {
        error = look_at_threads(look, pieces);
        rv_examine_end();
    }
    rv_own_free(pieces);
    return error;
}

int rv_leftovers_each(int (*visit)(const struct rv_leftover *leftover, void *context),
                      void *context)
{
    struct changes changes = {0};
    struct old *old = NULL;
    int error;

    if (!rv_updates_each(note_at_once, NULL))
        return 0;
    error = copy_changes(&changes);
    if (!error) {
        rv_sort(changes.all, (uint32_t)changes.count, sizeof(*changes.all), is_before);
        old = rv_own_alloc(changes.count + 1, sizeof(*old));
        error = old ? 0 : RV_ENOMEM;
    }
    if (!error) {
        size_t count = list_old(&changes, old);
        if (count)
            error = look(&(struct look){old, count, visit, context});
    }
    rv_own_free(old);
    rv_own_free(changes.all);
    return error;
}
