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
#include "gate.h"
#include "host.h"
#include "image.h"
#include "maps.h"
#include "marks.h"
#include "scan.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define ROUNDS       4 /* listings in one pass, to catch threads that are born meanwhile */
#define WAIT_FIRST   1u    /* ms */
#define WAIT_LONGEST 1000u /* ms */

/* Outermost lock; see gate.h. */
static pthread_mutex_t examiner = PTHREAD_MUTEX_INITIALIZER;

/* Static, so that its addresses of garbage are on nobody's stack. */
static struct pass {
    struct rv_scan scan;
    struct rv_thread_list threads;
    struct rv_maps maps;
    uintptr_t own_sp; /* from where to scan the caller's stack; 0: it uses no method */
} pass = {.scan = {.memory = -1, .pagemap = -1}, .maps.fd = -1};

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
    for (size_t n = 0; n < pass.scan.count; n++)
        if (rv_marks_is_open(pass.scan.pieces[n], thread))
            hold_locked(pass.scan.pieces[n], why, thread->tid, 0);
    rv_platform_unlock();
}

/* The thread was seen with all its words: `where` says which pieces those point into. */
static void judge(const struct rv_thread_key *thread)
{
    rv_platform_lock();
    for (size_t n = 0; n < pass.scan.count; n++) {
        struct rv_garbage *piece = pass.scan.pieces[n];
        uintptr_t where = pass.scan.where[n];
        if (!rv_marks_is_open(piece, thread))
            continue;
        if (!where)
            rv_marks_clear(piece, thread);
        else
            hold_locked(piece, where == RV_SCAN_REGISTER ? RV_HOLD_REGISTER : RV_HOLD_STACK,
                        thread->tid, where);
    }
    rv_platform_unlock();
}

/* ---- one thread ---- */

/* From the red zone to the end of the memory that the stack pointer is in. */
static int scan_stack(uintptr_t sp)
{
    uintptr_t end;
    int error = rv_maps_run_end(&pass.maps, sp, &end);

    if (error)
        return error;
    return end ? rv_scan_range(&pass.scan, sp - RV_ARCH_RED_ZONE, end) : RV_EUNREADABLE;
}

/* The maps are asked after the first look: a thread that slept since had its stack then. */
static void examine_blocked(const struct rv_thread_key *thread, const struct rv_thread_view *before)
{
    struct rv_thread_view after;
    int error;

    rv_scan_reset(&pass.scan);
    error = scan_stack(before->sp);
    rv_thread_look(thread->tid, &after);
    rv_scan_register(&pass.scan, before->pc);
    for (int n = 0; n < 6; n++)
        rv_scan_register(&pass.scan, before->arguments[n]);
    if (!rv_thread_slept(before, &after))
        hold_all(thread, RV_HOLD_RUNNING);
    else if (error)
        hold_all(thread, RV_HOLD_UNREADABLE);
    else
        judge(thread);
}

static void examine_self(const struct rv_thread_key *thread)
{
    rv_scan_reset(&pass.scan);
    if (pass.own_sp && scan_stack(pass.own_sp))
        hold_all(thread, RV_HOLD_UNREADABLE);
    else
        judge(thread);
}

static void examine(const struct rv_thread_key *thread)
{
    struct rv_thread_view view;

    if (thread->tid == gettid()) {
        examine_self(thread);
        return;
    }
    rv_thread_look(thread->tid, &view);
    if (view.state == RV_THREAD_BLOCKED)
        examine_blocked(thread, &view);
    else if (view.state == RV_THREAD_RUNNING)
        hold_all(thread, RV_HOLD_RUNNING);
    else if (view.state == RV_THREAD_UNREADABLE)
        hold_all(thread, RV_HOLD_UNREADABLE);
}

/* ---- all threads ---- */

static int is_wanted(const struct rv_thread_key *thread)
{
    for (size_t n = 0; n < pass.scan.count; n++)
        if (rv_marks_is_open(pass.scan.pieces[n], thread))
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
    for (size_t n = 0; n < pass.scan.count && !error; n++) {
        error = rv_marks_listed(pass.scan.pieces[n], &pass.threads);
        if (!error)
            *open += rv_marks_open(pass.scan.pieces[n]);
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

    for (int round = 1; round < ROUNDS && open && !error; round++) {
        examine_wanted();
        error = list_threads(&open);
    }
    return error;
}

/* ---- a pass ---- */

static void free_cleared(void)
{
    for (size_t n = 0; n < pass.scan.count; n++) {
        struct rv_garbage *piece = pass.scan.pieces[n];
        if (rv_marks_open(piece))
            continue;
        rv_marks_free(piece);
        rv_gate_enter();
        rv_garbage_free(piece);
        rv_gate_leave();
    }
}

static int start_pass(void)
{
    size_t room = rv_garbage_snapshot(NULL, 0), count;
    struct rv_garbage **pieces = calloc(room + 1, sizeof(struct rv_garbage *));
    int error = rv_maps_open(&pass.maps);

    if (!pieces)
        return RV_ENOMEM;
    count = rv_garbage_snapshot(pieces, room);
    if (!error)
        error = rv_scan_start(&pass.scan, pieces, count < room ? count : room);
    else
        free(pieces);
    return error;
}

static void end_pass(void)
{
    rv_scan_end(&pass.scan);
    rv_threads_free(&pass.threads);
    rv_maps_close(&pass.maps);
}

static int hold_unreadable(const struct rv_garbage *piece, void *context)
{
    (void)context;
    hold_locked((struct rv_garbage *)piece, RV_HOLD_UNREADABLE, 0, 0);
    return 0;
}

static void collect(void)
{
    int error = start_pass();

    if (!error && pass.scan.count)
        error = examine_threads();
    if (!error)
        free_cleared();
    else if (error == RV_EUNREADABLE)
        rv_garbage_each(hold_unreadable, NULL);
    end_pass();
}

/* Doubles while nothing moves; looks at once again when something has. */
static unsigned next_wait(size_t left)
{
    static unsigned wait = WAIT_FIRST;
    static size_t last;

    wait = left == last ? wait * 2 : WAIT_FIRST;
    if (wait > WAIT_LONGEST)
        wait = WAIT_LONGEST;
    last = left;
    return wait;
}

/* What follows from images and code that have gone. */
static void settle(void)
{
    rv_gate_enter();
    rv_images_sweep();
    rv_gate_leave();
    rv_apply_settle();
}

static size_t reclaim(uintptr_t own_sp, unsigned *wait_ms)
{
    size_t left;

    *wait_ms = WAIT_FIRST;
    if (pthread_mutex_trylock(&examiner))
        return rv_garbage_snapshot(NULL, 0);
    settle();
    if (rv_garbage_snapshot(NULL, 0)) {
        pass.own_sp = own_sp;
        collect();
        settle();
    }
    left = rv_garbage_snapshot(NULL, 0) + rv_images_leaving();
    *wait_ms = next_wait(left);
    pthread_mutex_unlock(&examiner);
    return left;
}

size_t rv_host_reclaim(unsigned *wait_ms)
{
    return reclaim(0, wait_ms);
}

struct own_pass {
    size_t left;
};

static void reclaim_with(void *argument, uintptr_t sp)
{
    struct own_pass *own = argument;
    unsigned wait_ms;
    own->left = reclaim(sp, &wait_ms);
}

size_t rv_reclaim(void)
{
    struct own_pass own = {0};
    rv_arch_spill(reclaim_with, &own);
    return own.left;
}

static int drop_notes(const struct rv_garbage *piece, void *context)
{
    (void)context;
    ((struct rv_garbage *)piece)->notes = NULL; /* may be half-written */
    ((struct rv_garbage *)piece)->hold = RV_HOLD_UNEXAMINED;
    return 0;
}

void rv_reclaim_in_child(void)
{
    pthread_mutex_init(&examiner, NULL); /* whoever held it is not in the child */
    pass = (struct pass){.scan = {.memory = -1, .pagemap = -1}, .maps.fd = -1};
    rv_garbage_each(drop_notes, NULL);
}
