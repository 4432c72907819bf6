/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reclaim.c - looks at the threads of the process and frees what none can be using.
 *
 * The rule and why it is right: core/UPDATES.md. Nobody is stopped or signalled;
 * a thread that runs is asked about again later. Runs in the agent's thread, or in
 * one that calls rv_reclaim(); one at a time.
 */
#define _GNU_SOURCE
#include "reclaim.h"
#include "apply.h"
#include "arch.h"
#include "examine.h"
#include "gate.h"
#include "host.h"
#include "image.h"
#include "marks.h"
#include "own.h"
#include "rounds.h"
#include "saved.h"
#include "sort.h"

#include <limits.h>

#define LISTINGS     4 /* in one pass, to catch threads that are born meanwhile */
#define WAIT_FIRST   1u    /* ms */
#define WAIT_LONGEST 1000u /* ms */
#define STEP         (4u << 20) /* bytes of memory that are searched in one go */
#define OWN_STEPS    3 /* enough for all rounds of a piece, by who wants it freed at once */

/* Static, so that its addresses of garbage are on nobody's stack; the arrays: see own.h. */
static struct pass {
    struct rv_garbage **garbage; /* ascending by start */
    struct rv_piece *pieces;     /* the same as it is looked for */
    size_t count, room;
    struct rv_thread_list threads;
    uintptr_t own_sp; /* from where to scan the caller's stack; 0: it uses no method */
} pass;

/* ---- verdicts ---- */

static void hold_locked(struct rv_garbage *piece, enum rv_hold why, pid_t tid, uintptr_t where)
{
    piece->hold = why;
    piece->holder = tid;
    piece->where = where;
}

static void hold_all(const struct rv_thread_key *thread, enum rv_hold why)
{
    rv_platform_lock();
    for (size_t n = 0; n < pass.count; n++)
        if (rv_marks_is_open(pass.garbage[n], thread))
            hold_locked(pass.garbage[n], why, thread->tid, 0);
    rv_platform_unlock();
}

/* The thread was seen with all its words: `where` says which pieces those point into. */
static void judge(const struct rv_thread_key *thread, const uintptr_t *where)
{
    rv_platform_lock();
    for (size_t n = 0; n < pass.count; n++) {
        struct rv_garbage *piece = pass.garbage[n];
        if (!rv_marks_is_open(piece, thread))
            continue;
        if (!where[n])
            rv_marks_clear(piece, thread);
        else
            hold_locked(piece, where[n] == RV_SCAN_REGISTER ? RV_HOLD_REGISTER : RV_HOLD_STACK,
                        thread->tid, where[n]);
    }
    rv_platform_unlock();
}

static void examine(const struct rv_thread_key *thread)
{
    const uintptr_t *where;
    enum rv_verdict verdict = thread->tid == rv_platform_thread()
                                  ? rv_examine_self(pass.own_sp, &where)
                                  : rv_examine_thread(thread->tid, &where);

    if (verdict == RV_VERDICT_SEEN)
        judge(thread, where);
    else if (verdict == RV_VERDICT_RUNNING)
        hold_all(thread, RV_HOLD_RUNNING);
    else if (verdict == RV_VERDICT_UNREADABLE)
        hold_all(thread, RV_HOLD_UNREADABLE);
}

/* ---- all threads ---- */

static int is_wanted(const struct rv_thread_key *thread)
{
    for (size_t n = 0; n < pass.count; n++)
        if (rv_marks_is_open(pass.garbage[n], thread))
            return 1;
    return 0;
}

static void examine_wanted(void)
{
    for (size_t n = 0; n < pass.threads.count; n++)
        if (is_wanted(&pass.threads.all[n]))
            examine(&pass.threads.all[n]);
}

/* *open: threads that are not cleared, over all pieces, just after a listing. */
static int list_threads(size_t *open)
{
    int error = rv_threads_list(&pass.threads);

    *open = 0;
    for (size_t n = 0; n < pass.count && !error; n++) {
        error = rv_marks_listed(pass.garbage[n], &pass.threads);
        if (!error)
            *open += rv_marks_open(pass.garbage[n]);
    }
    return error;
}

/*
 * Invariant: after each listing, a piece without open marks is free. The last thing
 * that happens is a listing.
 */
static int examine_threads(void)
{
    size_t open;
    int error = list_threads(&open);

    for (int round = 1; round < LISTINGS && open && !error; round++) {
        examine_wanted();
        error = list_threads(&open);
    }
    return error;
}

/* ---- a pass ---- */

static void note_cleared(void)
{
    rv_platform_lock();
    for (size_t n = 0; n < pass.count; n++)
        if (!rv_marks_open(pass.garbage[n])) {
            rv_marks_free_locked(pass.garbage[n]);
            rv_rounds_cleared_locked(pass.garbage[n]);
        }
    rv_platform_unlock();
}

static int starts_before(const void *a, const void *b)
{
    const struct rv_garbage *left = *(struct rv_garbage *const *)a;
    const struct rv_garbage *right = *(struct rv_garbage *const *)b;
    return left->start < right->start;
}

/* Of all garbage, what threads are looked at for. */
static void choose(size_t count)
{
    for (size_t n = 0; n < count; n++)
        if (pass.garbage[n]->stage == RV_GARBAGE_CLEARING)
            pass.garbage[pass.count++] = pass.garbage[n];
    rv_sort(pass.garbage, (uint32_t)pass.count, sizeof(*pass.garbage), starts_before);
    for (size_t n = 0; n < pass.count; n++)
        pass.pieces[n] = (struct rv_piece){
            pass.garbage[n]->start, pass.garbage[n]->end,
            pass.garbage[n]->kind == RV_GARBAGE_CODE ? RV_PIECE_CODE : RV_PIECE_TABLE};
}

static int start_pass(void)
{
    size_t count;

    pass.room = rv_garbage_snapshot(NULL, 0) + 1;
    pass.garbage = rv_own_alloc(pass.room, sizeof(*pass.garbage));
    pass.pieces = rv_own_alloc(pass.room, sizeof(*pass.pieces));
    if (!pass.garbage || !pass.pieces)
        return RV_ENOMEM;
    count = rv_garbage_snapshot(pass.garbage, pass.room);
    choose(count < pass.room ? count : pass.room);
    return pass.count ? rv_examine_for(pass.pieces, pass.count) : 0;
}

static void end_pass(void)
{
    rv_threads_free(&pass.threads);
    rv_own_free(pass.garbage);
    rv_own_free(pass.pieces);
    pass.garbage = NULL;
    pass.pieces = NULL;
    pass.count = 0;
}

static int is_clean(const struct rv_garbage *piece, void *context)
{
    if (piece->stage != RV_GARBAGE_CLEAN)
        return 0;
    *(struct rv_garbage **)context = (struct rv_garbage *)piece;
    return 1;
}

static void free_clean(void)
{
    struct rv_garbage *piece;

    while (rv_garbage_each(is_clean, &piece)) {
        rv_gate_enter();
        rv_garbage_free(piece);
        rv_gate_leave();
    }
}

static int hold_unreadable(const struct rv_garbage *piece, void *context)
{
    (void)context;
    hold_locked((struct rv_garbage *)piece, RV_HOLD_UNREADABLE, 0, 0);
    return 0;
}

static void look_at_threads(void)
{
    int error = start_pass();

    if (!error && pass.count)
        error = examine_threads();
    if (!error)
        note_cleared();
    else if (error == RV_EUNREADABLE)
        rv_garbage_each(hold_unreadable, NULL);
    end_pass();
}

static void collect(size_t bytes)
{
    look_at_threads();
    free_clean();
    rv_rounds_search(bytes);
    free_clean();
}

/* What is left to be done for pieces that threads may have: it falls as that goes on. */
static int count_left(const struct rv_garbage *piece, void *left)
{
    if (piece->stage == RV_GARBAGE_CLEARING)
        ++*(size_t *)left;
    return 0;
}

/* Doubles while nothing moves; looks at once again when something has. */
static unsigned next_look(void)
{
    static unsigned wait = WAIT_FIRST;
    static size_t last;
    size_t left = rv_images_leaving();

    rv_garbage_each(count_left, &left);
    if (!left) {
        last = 0;
        return UINT_MAX;
    }
    wait = left == last ? wait * 2 : WAIT_FIRST;
    if (wait > WAIT_LONGEST)
        wait = WAIT_LONGEST;
    last = left;
    return wait;
}

static unsigned next_wait(void)
{
    const unsigned look = next_look(), search = rv_rounds_next();
    const unsigned next = look < search ? look : search;

    return next == UINT_MAX ? WAIT_LONGEST : next;
}

/* What follows from images and code that have gone. */
static void settle(void)
{
    rv_gate_enter();
    rv_images_sweep();
    rv_gate_leave();
    rv_apply_settle();
}

static size_t left_over(void)
{
    return rv_garbage_snapshot(NULL, 0) + rv_images_leaving();
}

/* `steps`: 1, or as many as may be of use to who waits. */
static size_t reclaim_garbage(uintptr_t own_sp, int steps, unsigned *wait_ms)
{
    *wait_ms = WAIT_FIRST;
    if (!rv_examine_begin())
        return rv_garbage_snapshot(NULL, 0);
    settle();
    pass.own_sp = own_sp;
    rv_rounds_wake(steps > 1);
    for (int n = 0; n < steps && rv_garbage_snapshot(NULL, 0); n++) {
        collect(steps > 1 ? SIZE_MAX : STEP);
        settle();
    }
    *wait_ms = next_wait();
    rv_examine_end();
    return left_over();
}

static size_t reclaim(uintptr_t own_sp, int steps, unsigned *wait_ms)
{
    unsigned move_wait_ms;
    const int is_moving = rv_apply_go_on(&move_wait_ms);
    size_t left = reclaim_garbage(own_sp, steps, wait_ms);

    if (is_moving && (!left || move_wait_ms < *wait_ms))
        *wait_ms = move_wait_ms;
    return left + (size_t)is_moving;
}

size_t rv_host_reclaim(unsigned *wait_ms)
{
    return reclaim(0, 1, wait_ms);
}

struct own_pass {
    size_t left;
};

static void reclaim_with(void *argument, uintptr_t sp)
{
    struct own_pass *own = argument;
    unsigned wait_ms;
    own->left = reclaim(sp, OWN_STEPS, &wait_ms);
}

size_t rv_reclaim(void)
{
    struct own_pass own = {0};
    rv_arch_spill(reclaim_with, &own);
    return own.left;
}

/* The child has another thread, in the same place: it is looked at anew. */
static int begin_anew(const struct rv_garbage *garbage, void *unused)
{
    struct rv_garbage *piece = (struct rv_garbage *)garbage;

    (void)unused;
    rv_marks_free_locked(piece);
    piece->hold = RV_HOLD_UNEXAMINED;
    piece->stage = RV_GARBAGE_CLEARING;
    piece->rounds = 0;
    return 0;
}

void rv_reclaim_in_child(void)
{
    pass = (struct pass){0};
    rv_saved_in_child();
    rv_garbage_each(begin_anew, NULL);
}
