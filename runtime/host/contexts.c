/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * contexts.c - see contexts.h.
 *
 * Contexts lie in chunks that are never freed, so whoever reads one needs no lock. Only
 * the thread that is on a stack writes its context. Each change counts before anything
 * else is written: whoever sees the same count twice saw one state in between, as
 * rv_thread_slept has it.
 */
#define _GNU_SOURCE
#include "contexts.h"
#include "arch.h"
#include "revector/error.h"
#include "tablewalk/tw_atomic.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

enum state {
    FREE,
    TAKEN,   /* being filled in */
    MADE,    /* its function has not been called */
    RUNNING, /* some thread is on it */
    PARKED,  /* left at sp, and comes back by rv_context_arrive */
    LEFT,    /* left, and perhaps back already: all of it counts */
};

struct rv_context {
    uint32_t state; /* enum state */
    uint32_t number;
    uint64_t changes;
    uint64_t lives; /* how many contexts have had this number */
    uint64_t start, end; /* of the stack; 0: a thread's own */
    uint64_t sp, pc;
    uint32_t tid; /* who is on it, or whose own it is */
    uintptr_t back; /* where its function would return to */
    struct rv_side side;
};

#define FIRST_CHUNK 64u
#define CHUNKS      20 /* each twice as large as the one before */
#define HINTS       1024u

static struct rv_context *chunks[CHUNKS];
static uint32_t capacity, used; /* contexts; changes only under `is_growing` */
static uint32_t is_growing, next_free;
static uint32_t hints[HINTS]; /* by start of the stack: number of the last one made there */

static __thread struct rv_context *current, *own;
static __thread uint32_t own_tid;
static pthread_key_t thread_end;

/* ---- the pool ---- */

static struct rv_context *at(uint32_t index)
{
    int chunk = 0;
    uint32_t size = FIRST_CHUNK;

    for (; index >= size; chunk++, size *= 2)
        index -= size;
    return (struct rv_context *)tw_load_pointer_acquire(&chunks[chunk]) + index;
}

/* Order: the chunk is stored before the capacity that makes readers look into it. */
static void grow(void)
{
    uint32_t expected = 0, size = FIRST_CHUNK;
    struct rv_context *chunk;
    int n = 0;

    if (!tw_cas32_acq_rel(&is_growing, &expected, 1))
        return; /* somebody else does it, or this very thread, below a signal handler */
    for (uint32_t have = capacity; have >= size; n++, size *= 2)
        have -= size;
    chunk = n < CHUNKS ? mmap(NULL, size * sizeof(*chunk), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                       : MAP_FAILED;
    if (chunk != MAP_FAILED) {
        for (uint32_t i = 0; i < size; i++)
            chunk[i].number = capacity + i + 1;
        tw_store_pointer_release(&chunks[n], chunk);
        tw_store32_release(&capacity, capacity + size);
    }
    tw_store32_release(&is_growing, 0);
}

static struct rv_context *take_free(uint32_t from, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        struct rv_context *context = at((from + n) % count);
        uint32_t expected = FREE;
        if (tw_cas32_acq_rel(&context->state, &expected, TAKEN)) {
            tw_store32_release(&next_free, (from + n + 1) % count);
            tw_add32_acq_rel(&used, 1);
            return context;
        }
    }
    return NULL;
}

static struct rv_context *take(void)
{
    uint32_t have = tw_load32_acquire(&capacity);

    if (tw_load32_acquire(&used) >= have / 4 * 3)
        grow();
    have = tw_load32_acquire(&capacity);
    return have ? take_free(tw_load32_acquire(&next_free), have) : NULL;
}

static void change(struct rv_context *context, enum state state)
{
    tw_add_relaxed(&context->changes, 1);
    tw_fence_full(); /* the count before the rest; see the top */
    tw_store32_release(&context->state, state);
}

static void give_back(struct rv_context *context)
{
    change(context, FREE);
    tw_add32_acq_rel(&used, -1u);
}

static uint32_t self(void)
{
    if (!own_tid)
        own_tid = (uint32_t)gettid();
    return own_tid;
}

/* ---- what happens ---- */

/* A stack that is used again holds nothing of what was there. */
static void forget_former(uintptr_t start, struct rv_context *context)
{
    uint32_t *hint = &hints[(start >> 4) * 2654435761u % HINTS];
    const uint32_t number = tw_exchange32_acq_rel(hint, context->number);
    struct rv_context *former = number ? at(number - 1) : NULL;
    const uint32_t state = former ? tw_load32_acquire(&former->state) : FREE;

    if (former && former != context && tw_load_acquire(&former->start) == start &&
        (state == MADE || state == PARKED || state == LEFT))
        give_back(former);
}

struct rv_context *rv_context_made(uintptr_t start, uintptr_t end, uintptr_t pc)
{
    struct rv_context *context = take();

    if (!context)
        return NULL;
    tw_store_release(&context->start, start);
    tw_store_release(&context->end, end);
    tw_store_release(&context->sp, end - sizeof(uintptr_t)); /* nothing is on it yet */
    tw_store_release(&context->pc, pc);
    context->side = (struct rv_side){0};
    tw_add_relaxed(&context->lives, 1);
    forget_former(start, context);
    change(context, MADE);
    return context;
}

void rv_context_begin(struct rv_context *context, uintptr_t back)
{
    context->back = back;
    tw_store32_release(&context->tid, self());
    change(context, RUNNING);
    current = context;
}

static int holds(const struct rv_context *context, uintptr_t sp)
{
    return sp >= tw_load_acquire(&context->start) && sp < tw_load_acquire(&context->end);
}

/* But for one that was set up with SS_AUTODISARM, of which the kernel does not say so. */
static int is_on_alternate_stack(void)
{
    stack_t stack;

    return sigaltstack(NULL, &stack) == 0 && stack.ss_flags & SS_ONSTACK;
}

struct rv_context *rv_context_here(uintptr_t sp)
{
    const uint32_t have = tw_load32_acquire(&used) ? tw_load32_acquire(&capacity) : 0;

    if (have == 0 || (current && (holds(current, sp) || is_on_alternate_stack())))
        return have ? current : NULL;
    for (uint32_t n = 0; n < have; n++)
        if (tw_load32_acquire(&at(n)->state) >= RUNNING && holds(at(n), sp))
            return at(n);
    return NULL;
}

uintptr_t rv_context_end(uintptr_t sp)
{
    struct rv_context *context = rv_context_here(sp);
    uintptr_t back;

    if (!context)
        rv_platform_panic("a context has returned on a stack that it was not made for");
    back = context->back;
    current = NULL;
    give_back(context);
    return back;
}

static void thread_ends(void *context)
{
    own = NULL;
    give_back(context);
}

int rv_contexts_init(void)
{
    return pthread_key_create(&thread_end, thread_ends) ? RV_ESYSTEM : 0;
}

static struct rv_context *own_stack(void)
{
    if (!own && (own = take())) {
        tw_store_release(&own->start, 0);
        tw_store_release(&own->end, 0);
        tw_store32_release(&own->tid, self());
        pthread_setspecific(thread_end, own);
    }
    return own;
}

struct rv_context *rv_context_leave(uintptr_t sp, int is_back_by_arrive)
{
    struct rv_context *context = rv_context_here(sp);

    if (!context)
        context = own_stack();
    current = NULL;
    if (!context)
        return NULL;
    tw_store_release(&context->sp, sp);
    tw_store_release(&context->pc, 0);
    change(context, is_back_by_arrive ? PARKED : LEFT);
    return context;
}

void rv_context_arrive(struct rv_context *context)
{
    tw_store32_release(&context->tid, self());
    change(context, RUNNING);
    current = tw_load_acquire(&context->end) ? context : NULL;
}

/* ---- what is asked ---- */

int32_t rv_context_number(const struct rv_context *context)
{
    return -(int32_t)context->number;
}

struct rv_side *rv_context_side(struct rv_context *context)
{
    return &context->side;
}

void rv_contexts_sides(void (*visit)(const struct rv_side *side, void *context), void *argument)
{
    const uint32_t have = tw_load32_acquire(&capacity);

    for (uint32_t n = 0; n < have; n++)
        if (tw_load32_acquire(&at(n)->state) >= RUNNING && tw_load_acquire(&at(n)->end))
            visit(&at(n)->side, argument);
}

int rv_contexts_each(int (*visit)(struct rv_thread_key key, void *context), void *argument)
{
    const uint32_t have = tw_load32_acquire(&used) ? tw_load32_acquire(&capacity) : 0;
    int result = 0;

    for (uint32_t n = have; n-- > 0 && !result;) { /* ascending: the numbers are negative */
        struct rv_context *context = at(n);
        const struct rv_thread_key key = {.tid = rv_context_number(context),
                                          .start = tw_load_acquire(&context->lives)};
        if (tw_load32_acquire(&context->state) >= MADE && tw_load_acquire(&context->end))
            result = visit(key, argument);
    }
    return result;
}

static int visit_stacks(int (*visit)(struct rv_range range, void *context), void *argument)
{
    const uint32_t have = tw_load32_acquire(&used) ? tw_load32_acquire(&capacity) : 0;
    int result = 0;

    for (uint32_t n = 0; n < have && !result; n++) {
        const struct rv_range stack = {tw_load_acquire(&at(n)->start),
                                       tw_load_acquire(&at(n)->end)};
        if (tw_load32_acquire(&at(n)->state) >= MADE && stack.end)
            result = visit(stack, argument);
    }
    return result;
}

int rv_contexts_ranges(int (*visit)(struct rv_range range, void *context), void *argument)
{
    const uint32_t have = tw_load32_acquire(&capacity);
    int result = 0;

    for (uint32_t from = 0, size = FIRST_CHUNK; from < have && !result; from += size, size *= 2) {
        const uintptr_t chunk = (uintptr_t)at(from);
        result =
            visit((struct rv_range){chunk, chunk + size * sizeof(struct rv_context)}, argument);
    }
    return result ? result : visit_stacks(visit, argument);
}

static void view_of(struct rv_context *context, struct rv_thread_view *view)
{
    const uint32_t state = tw_load32_acquire(&context->state);

    view->state = RV_THREAD_BLOCKED;
    view->start = tw_load_acquire(&context->start);
    view->end = tw_load_acquire(&context->end);
    view->sp = state == LEFT && view->start ? view->start + RV_ARCH_RED_ZONE
                                            : tw_load_acquire(&context->sp);
    view->pc = tw_load_acquire(&context->pc);
}

int rv_context_look(int32_t number, struct rv_thread_view *view, pid_t *carrier)
{
    struct rv_context *context = at((uint32_t)-number - 1);

    *view = (struct rv_thread_view){.state = RV_THREAD_GONE};
    view->changes = tw_load_acquire(&context->changes);
    switch (tw_load32_acquire(&context->state)) {
    case FREE:
        return 1;
    case TAKEN:
        view->state = RV_THREAD_RUNNING;
        return 1;
    case RUNNING:
        view_of(context, view);
        *carrier = (pid_t)tw_load32_acquire(&context->tid);
        return 0;
    default:
        view_of(context, view);
        return 1;
    }
}

int rv_context_own_stack(pid_t tid, struct rv_thread_view *view)
{
    const uint32_t have = tw_load32_acquire(&used) ? tw_load32_acquire(&capacity) : 0;

    for (uint32_t n = 0; n < have; n++) {
        struct rv_context *context = at(n);
        const uint32_t state = tw_load32_acquire(&context->state);
        if (state < RUNNING || tw_load_acquire(&context->end) ||
            tw_load32_acquire(&context->tid) != (uint32_t)tid)
            continue;
        view->changes = tw_load_acquire(&context->changes);
        if (state != RUNNING)
            view_of(context, view);
        return state != RUNNING;
    }
    return 0;
}

/* The child has one thread, with another number; stacks that others were on are lost. */
void rv_contexts_in_child(void)
{
    const uint32_t have = capacity, before = own_tid;

    is_growing = 0;
    own_tid = 0;
    for (uint32_t n = 0; n < have; n++) {
        struct rv_context *context = at(n);
        if (context == own || (before && context->tid == before))
            context->tid = self();
        else if (context->state == RUNNING || (context->state >= PARKED && !context->end))
            give_back(context);
    }
}
