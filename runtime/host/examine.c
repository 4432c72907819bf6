/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * examine.c - see examine.h.
 */
#define _GNU_SOURCE
#include "examine.h"
#include "arch.h"
#include "maps.h"
#include "revector/error.h"
#include "threads.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOKS 8

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER; /* outermost, see gate.h */

/* Static, so that the addresses that are looked for are on nobody's stack. */
static struct {
    struct rv_scan scan;
    struct rv_maps maps;
} with = {.scan = {.memory = -1, .pages.fd = -1}, .maps.fd = -1};

static void give_up(void)
{
    rv_scan_end(&with.scan);
    rv_maps_close(&with.maps);
}

int rv_examine_begin(void)
{
    return pthread_mutex_trylock(&turn) == 0;
}

void rv_examine_end(void)
{
    give_up();
    pthread_mutex_unlock(&turn);
}

void rv_examine_in_child(void)
{
    pthread_mutex_init(&turn, NULL); /* whoever held it is not in the child */
    with.scan = (struct rv_scan){.memory = -1, .pages.fd = -1};
    with.maps = (struct rv_maps){.fd = -1};
}

int rv_examine_for(const struct rv_piece *pieces, size_t count)
{
    int error;

    give_up();
    error = rv_maps_open(&with.maps);
    return error ? error : rv_scan_start(&with.scan, pieces, count);
}

static int is_on(const struct rv_thread_view *view, uintptr_t sp)
{
    return sp >= view->start && sp < view->end;
}

/*
 * From the red zone to the end of the stack, or of the memory that the stack pointer is in;
 * *known: there is any.
 */
static int scan_one_stack(const struct rv_thread_view *view, uintptr_t sp, int *known)
{
    uintptr_t end;
    int error = rv_maps_run_end(&with.maps, sp, &end);

    *known = end != 0;
    if (error || !end)
        return error;
    if (is_on(view, sp) && view->end < end)
        end = view->end;
    return rv_scan_range(&with.scan, sp - RV_ARCH_RED_ZONE, end);
}

/*
 * A handler may run on a stack of its own (sigaltstack). Its frame there says where the
 * interrupted stack is. Frames that the scan finds on the way are scanned in turn; a
 * word that only looks like a frame's, as one that sigaction left, has no frame behind it.
 * *reached: one leads to the stack that the view knows.
 */
static int scan_interrupted(const struct rv_thread_view *view, int *reached)
{
    int known, error = 0;

    for (int n = 0; n < RV_SCAN_FRAMES && with.scan.frames[n] && !error; n++) {
        uintptr_t sp, mark;
        if (rv_scan_read(&with.scan, with.scan.frames[n] + RV_ARCH_SIGNAL_SP, &sp) ||
            rv_scan_read(&with.scan, with.scan.frames[n] + RV_ARCH_SIGNAL_MARK, &mark) ||
            (mark & RV_ARCH_SIGNAL_MARK_BITS) != RV_ARCH_SIGNAL_MARK_IS)
            continue;
        error = scan_one_stack(view, sp, &known);
        *reached |= is_on(view, sp);
    }
    return error;
}

/*
 * A context whose thread is elsewhere, and in no handler above it, was left by means that
 * nobody saw: then all of its stack counts as well.
 */
static int scan_stacks(const struct rv_thread_view *view)
{
    int reached = !view->end || is_on(view, view->sp);
    int known, error = scan_one_stack(view, view->sp, &known);

    if (!error && !known) /* nobody comes back to a context that is unmapped */
        return is_on(view, view->sp) ? 0 : RV_EUNREADABLE;
    if (!error)
        error = scan_interrupted(view, &reached);
    if (!error && !reached)
        error = scan_one_stack(view, view->start + RV_ARCH_RED_ZONE, &known);
    return error;
}

/* The maps are asked after the first look: a thread that slept since had its stack then. */
static enum rv_verdict examine_blocked(pid_t tid, const struct rv_thread_view *before)
{
    struct rv_thread_view after;
    int error;

    rv_scan_reset(&with.scan, tid);
    error = scan_stacks(before);
    rv_thread_look(tid, &after);
    rv_scan_register(&with.scan, before->pc);
    for (int n = 0; n < 6; n++)
        rv_scan_register(&with.scan, before->arguments[n]);
    if (!rv_thread_slept(before, &after))
        return RV_VERDICT_RUNNING;
    return error ? RV_VERDICT_UNREADABLE : RV_VERDICT_SEEN;
}

/*
 * Its child, which is no thread of this process, runs on the same stack further down, and
 * nobody sees how far. posix_spawn goes by clone; a clone that shares nothing ends at once.
 */
static int is_in_vfork(const struct rv_thread_view *view)
{
#ifdef SYS_vfork
    if (view->call == SYS_vfork)
        return 1;
#endif
    return view->call == SYS_clone || view->call == SYS_clone3;
}

enum rv_verdict rv_examine_thread(pid_t tid, const uintptr_t **where)
{
    struct rv_thread_view view;

    *where = with.scan.where;
    rv_thread_look(tid, &view);
    switch (view.state) {
    case RV_THREAD_BLOCKED:
        return is_in_vfork(&view) ? RV_VERDICT_UNREADABLE : examine_blocked(tid, &view);
    case RV_THREAD_RUNNING:
        return RV_VERDICT_RUNNING;
    case RV_THREAD_UNREADABLE:
        return RV_VERDICT_UNREADABLE;
    case RV_THREAD_GONE:
        break;
    }
    return RV_VERDICT_GONE;
}

enum rv_verdict rv_examine_often(pid_t tid, const uintptr_t **where)
{
    enum rv_verdict verdict = RV_VERDICT_RUNNING;

    for (int n = 0; n < LOOKS && verdict == RV_VERDICT_RUNNING; n++)
        verdict = rv_examine_thread(tid, where);
    return verdict;
}

enum rv_verdict rv_examine_self(uintptr_t sp, const uintptr_t **where)
{
    *where = with.scan.where;
    rv_scan_reset(&with.scan, gettid());
    return sp && scan_stacks(&(struct rv_thread_view){.sp = sp}) ? RV_VERDICT_UNREADABLE
                                                                 : RV_VERDICT_SEEN;
}
