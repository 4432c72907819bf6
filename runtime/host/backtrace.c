/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backtrace.c - the calling thread's frames, from a method fault; where functions end.
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

#define CRASH_FRAMES 1000 /* a stack that has overflowed has many */

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

static const void *function_record(uintptr_t address);

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
    if (!tour.result && !function_record(pc)) /* the unwinder does not get beyond it */
        tour.result = visit(rv_arch_context_caller(ucontext) - 1, context);
    else if (!tour.result)
        _Unwind_Backtrace(step_crash, &tour);
    return tour.result;
}

int rv_platform_backtrace(int (*visit)(uintptr_t pc, void *context), void *context)
{
    struct tour tour = {.visit = visit, .context = context};

    _Unwind_Backtrace(step, &tour);
    if (tour.result)
        return tour.result;
    return tour.last || tour.signal ? -1 : 0; /* the outermost frame has no caller */
}

/* From libgcc's unwind-dw2-fde.h, which is not installed; exported since GCC 3.0. */
struct dwarf_eh_bases {
    void *text, *data, *function;
};
const void *_Unwind_Find_FDE(void *pc, struct dwarf_eh_bases *bases);

static const void *function_record(uintptr_t address)
{
    struct dwarf_eh_bases bases;

    return _Unwind_Find_FDE((void *)address, &bases);
}

static uintptr_t function_at(uintptr_t address)
{
    struct dwarf_eh_bases bases;

    return _Unwind_Find_FDE((void *)address, &bases) ? (uintptr_t)bases.function : 0;
}

/* The unwind table knows of each address to which function it belongs: so bisect. */
uintptr_t rv_platform_function_end(uintptr_t start, uintptr_t limit)
{
    const uintptr_t function = function_at(start);
    uintptr_t inside = start, outside = limit;

    if (!function || function_at(limit - 1) == function)
        return limit;
    while (outside - inside > 1) {
        uintptr_t middle = inside + (outside - inside) / 2;
        if (function_at(middle) == function)
            inside = middle;
        else
            outside = middle;
    }
    return outside;
}
