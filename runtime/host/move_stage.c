/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move_stage.c - see move_stage.h.
 */
#define _GNU_SOURCE
#include "move_stage.h"
#include "control/clock.h"
#include "examine.h"
#include "own.h"
#include "revector/error.h"
#include "transition.h"

#include <pthread.h>
#include <stdlib.h>

/* Guards what rv_move_each shows; innermost. The rest is under the operation lock. */
static pthread_mutex_t shown = PTHREAD_MUTEX_INITIALIZER;

static struct {
    struct rv_update *update;
    struct rv_span *spans; /* what threads leave */
    struct rv_piece *pieces;
    uint32_t count;
    struct rv_move_wait *waiting;
    size_t waiting_count;
    int is_listed; /* waiting holds all who existed at some moment of this stage */
} stage;

void rv_move_stage_forget(void)
{
    pthread_mutex_lock(&shown);
    rv_own_free(stage.spans);
    rv_own_free(stage.pieces);
    free(stage.waiting);
    stage.spans = NULL;
    stage.pieces = NULL;
    stage.waiting = NULL;
    stage.count = 0;
    stage.waiting_count = 0;
    stage.is_listed = 0;
    pthread_mutex_unlock(&shown);
}

static int note_spans(void)
{
    uint32_t count = rv_update_spans(stage.update, NULL, 0);

    stage.is_listed = count == 0; /* nobody has anything to leave */
    if (stage.is_listed)
        return 0;
    stage.spans = rv_own_alloc(count, sizeof(*stage.spans));
    stage.pieces = rv_own_alloc(count, sizeof(*stage.pieces));
    if (!stage.spans || !stage.pieces)
        return RV_ENOMEM;
    stage.count = rv_update_spans(stage.update, stage.spans, count);
    for (uint32_t n = 0; n < count; n++)
        stage.pieces[n] = (struct rv_piece){stage.spans[n].start, stage.spans[n].end,
                                            stage.spans[n].method ? RV_PIECE_BODY : RV_PIECE_TABLE};
    return 0;
}

/*
 * Whoever is born after this listing began has never run what is to be left: it starts
 * with an empty stack, and every way in is a fault that puts it on the other side.
 */
static int list_threads(void)
{
    struct rv_thread_list threads = {0};
    struct rv_move_wait *waiting;
    int error;

    rv_update_mark(stage.update);
    error = rv_threads_list(&threads);
    waiting = error ? NULL : calloc(threads.count, sizeof(*waiting));
    if (!error && !waiting)
        error = RV_ENOMEM;
    for (size_t n = 0; n < threads.count && !error; n++)
        waiting[n].thread = threads.all[n];
    pthread_mutex_lock(&shown);
    stage.waiting = waiting;
    stage.waiting_count = error ? 0 : threads.count;
    stage.is_listed = !error;
    pthread_mutex_unlock(&shown);
    rv_threads_free(&threads);
    return error;
}

int rv_move_stage_prepare(struct rv_update *update)
{
    int error = 0;

    stage.update = update;
    if (!stage.spans)
        error = note_spans();
    if (!error && !stage.is_listed)
        error = list_threads();
    if (error)
        rv_move_stage_forget();
    return error;
}

/* ---- one thread ---- */

static int is_in_span(uintptr_t pc, void *context)
{
    (void)context;
    for (uint32_t n = 0; n < stage.count; n++)
        if (pc >= stage.spans[n].start && pc < stage.spans[n].end)
            return (int)n + 1;
    return 0;
}

/* The calling thread, if it is one of the program's, has asked for the update. */
static int look_at_self(struct rv_move_wait *wait)
{
    int found = rv_platform_backtrace(is_in_span, NULL);

    wait->hold = found < 0 ? RV_MOVE_UNREADABLE : RV_MOVE_STACK;
    wait->method = found > 0 ? stage.spans[found - 1].method : NULL;
    return found == 0;
}

/* 1 if it holds nothing; else `wait` says what. */
static int judge(struct rv_move_wait *wait, const uintptr_t *where)
{
    for (uint32_t n = 0; n < stage.count; n++)
        if (where[n]) {
            wait->hold = RV_MOVE_STACK;
            wait->method = stage.spans[n].method;
            rv_update_note_held(stage.update, wait->thread.tid, n);
            return 0;
        }
    return 1;
}

static int look_at_other(struct rv_move_wait *wait)
{
    const uintptr_t *where;

    switch (rv_examine_often(wait->thread.tid, &where)) {
    case RV_VERDICT_SEEN:
        return judge(wait, where);
    case RV_VERDICT_GONE:
        return 1;
    case RV_VERDICT_RUNNING:
        wait->hold = RV_MOVE_RUNNING;
        wait->method = rv_update_held(stage.update, wait->thread.tid);
        return 0;
    case RV_VERDICT_UNREADABLE:
        break;
    }
    wait->hold = RV_MOVE_UNREADABLE;
    return 0;
}

/* 1 if the thread counts as moved. Where nobody may look, it must find so itself. */
static int look_at(struct rv_move_wait *wait, int is_readable)
{
    wait->method = NULL;
    wait->hold = RV_MOVE_UNREADABLE;
    if (rv_update_has_moved(stage.update, wait->thread.tid))
        return 1;
    if (wait->thread.tid == rv_platform_thread())
        return look_at_self(wait);
    return is_readable && look_at_other(wait);
}

/* ---- a round ---- */

/* A thread that blocks now and then is in the same function all the while. */
static int is_as_before(const struct rv_move_wait *wait, const struct rv_move_wait *before)
{
    return before->since_ms && wait->method == before->method &&
           (wait->method || wait->hold == before->hold);
}

static void show(size_t n, struct rv_move_wait *wait)
{
    if (!is_as_before(wait, &stage.waiting[n]))
        wait->since_ms = rv_clock_ms();
    pthread_mutex_lock(&shown);
    stage.waiting[n] = *wait;
    pthread_mutex_unlock(&shown);
}

static void drop_moved(void)
{
    size_t kept = 0;

    pthread_mutex_lock(&shown);
    for (size_t n = 0; n < stage.waiting_count; n++)
        if (stage.waiting[n].thread.tid)
            stage.waiting[kept++] = stage.waiting[n];
    stage.waiting_count = kept;
    pthread_mutex_unlock(&shown);
}

void rv_move_stage_look(void)
{
    int is_readable;

    if (!stage.waiting_count)
        return;
    if (!rv_examine_begin())
        return; /* garbage is being collected; next time */
    is_readable = rv_examine_for(stage.pieces, stage.count) == 0;
    for (size_t n = 0; n < stage.waiting_count; n++) {
        struct rv_move_wait wait = stage.waiting[n];
        if (look_at(&wait, is_readable))
            wait.thread.tid = 0;
        show(n, &wait);
    }
    rv_examine_end();
    drop_moved();
}

int rv_move_stage_runs(void)
{
    for (size_t n = 0; n < stage.waiting_count; n++)
        if (stage.waiting[n].hold == RV_MOVE_RUNNING)
            return 1;
    return 0;
}

int rv_move_stage_is_over(void)
{
    return stage.is_listed && !stage.waiting_count;
}

void rv_move_stage_say(char *text, size_t size)
{
    rv_move_say_all(stage.waiting, stage.waiting_count, text, size);
}

void rv_move_stage_in_child(void)
{
    pthread_mutex_init(&shown, NULL); /* whoever held it is not in the child */
    stage.spans = NULL;               /* not freed: he may have been about to */
    stage.pieces = NULL;
    stage.waiting = NULL;
    rv_move_stage_forget();
}

int rv_move_each(int (*visit)(const struct rv_move_wait *wait, void *context), void *context)
{
    int result = 0;

    pthread_mutex_lock(&shown);
    for (size_t n = 0; n < stage.waiting_count && !result; n++)
        if (stage.waiting[n].thread.tid)
            result = visit(&stage.waiting[n], context);
    pthread_mutex_unlock(&shown);
    return result;
}
