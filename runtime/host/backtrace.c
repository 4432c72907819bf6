/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backtrace.c - the calling thread's frames, from a method fault and from a crash.
 *
 * By the compiler's own unwinder: since glibc 2.35 and GCC 12 it finds a function's
 * unwind table without a lock (_dl_find_object), which libunwind does not. Allocates
 * nothing.
 */
#include "arch.h"
#include "crash_watch.h"
#include "rv_platform.h"

#include <unwind.h>

struct tour {
    int (*visit)(uintptr_t pc, void *context);
    void *context;
    int result;
    int signal; /* a handler is on the stack */
    uintptr_t last;
    int count;
};

/* A return address is behind its call, perhaps where the next function begins. */
static _Unwind_Reason_Code step(struct _Unwind_Context *frame, void *context)
{
    struct tour *tour = context;
    int is_exact = 0;

    tour->last = _Unwind_GetIPInfo(frame, &is_exact);
    if (!tour->last)
        return _URC_NO_REASON;
    tour->signal |= is_exact;
    tour->result = tour->visit(tour->last - !is_exact, tour->context);
    return tour->result || tour->signal ? _URC_NORMAL_STOP : _URC_NO_REASON;
}

int rv_platform_backtrace(int (*visit)(uintptr_t pc, void *context), void *context)
{
    struct tour tour = {.visit = visit, .context = context};

    _Unwind_Backtrace(step, &tour);
    if (tour.result)
        return tour.result;
    return tour.last || tour.signal ? -1 : 0; /* the outermost frame has no caller */
}

/* ---- from a crash ---- */

#define CRASH_FRAMES 1000 /* a stack that has overflowed has many */

static _Unwind_Reason_Code step_crash(struct _Unwind_Context *frame, void *context)
{
    struct tour *tour = context;
    int is_exact = 0;

    tour->last = _Unwind_GetIPInfo(frame, &is_exact);
    tour->result = tour->visit(tour->last - !is_exact, tour->context);
    return tour->result || ++tour->count == CRASH_FRAMES ? _URC_NORMAL_STOP : _URC_NO_REASON;
}

int rv_backtrace_crash(const void *ucontext, int (*visit)(uintptr_t pc, void *context),
                       void *context)
{
    struct tour tour = {.visit = visit, .context = context};
    const uintptr_t pc = rv_arch_context_pc(ucontext);

    tour.result = visit(pc, context);
    /* Asked for the byte before the address it is given: that of a call. Without a function
     * there the unwinder does not get beyond it. */
    if (!tour.result && !_Unwind_FindEnclosingFunction((void *)(pc + 1)))
        tour.result = visit(rv_arch_context_caller(ucontext) - 1, context);
    else if (!tour.result)
        _Unwind_Backtrace(step_crash, &tour);
    return tour.result;
}
