/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transition_build.c - makes a transition: which methods lead where, and where the code
 * lies that threads must leave. Under the core lock, but for what transition_parts.h
 * says.
 */
#include "revector/error.h"
#include "root.h"
#include "sort.h"
#include "stage.h"
#include "transition_parts.h"

#define NOTES_MIN 1024u /* threads may be born, move and end in between two looks at the ring */

static uint32_t place_of(const struct rv_transition *t, const struct rv_slot *slot, uint32_t index)
{
    return (uint32_t)(((uintptr_t)slot >> 3) * 40503u + index * 2654435761u) & t->mask;
}

struct rv_transition_move *rv_transition_find(const struct rv_transition *t,
                                              const struct rv_slot *slot, uint32_t index)
{
    for (uint32_t n = place_of(t, slot, index); t->moves[n].slot; n = (n + 1) & t->mask)
        if (t->moves[n].slot == slot && t->moves[n].index == index)
            return &t->moves[n];
    return NULL;
}

static void add_move(struct rv_transition *t, const struct rv_transition_move *move)
{
    uint32_t n = place_of(t, move->slot, move->index);

    while (t->moves[n].slot)
        n = (n + 1) & t->mask;
    t->moves[n] = *move;
}

static void add_span(struct rv_transition *t, int back, uintptr_t start, uintptr_t end,
                     const struct rv_method *method)
{
    t->spans[back][t->span_count[back]++] = (struct rv_span){start, end, method};
}

/*
 * A signal can stop a thread in a stub, with the table in hand: it goes on to the old
 * body when the handler ends. At the stub's first byte it has nothing in hand yet.
 */
static void add_method(struct rv_transition *t, const struct rv_update *update,
                       const struct rv_change *change)
{
    const struct rv_method *method = change->method;
    const struct rv_unit *unit = RV_TARGET(const struct rv_unit, method->unit);
    const uintptr_t stub = (uintptr_t)RV_TARGET(const void, method->entry);
    const struct rv_transition_move move = {.slot = RV_TARGET(const struct rv_slot, unit->slot),
                                            .index = method->index,
                                            .from = rv_method_target(method),
                                            .to = rv_stage_body(update, update->with, method)};

    add_move(t, &move);
    add_span(t, 0, move.from, UINTPTR_MAX, method);
    add_span(t, 0, stub + 1, UINTPTR_MAX, method);
    if (!t->is_together)
        add_span(t, 1, move.to, UINTPTR_MAX, method);
}

static void add_table(const uint64_t *leaf, uint32_t entries, void *t)
{
    add_span(t, 0, (uintptr_t)leaf, (uintptr_t)(leaf + entries), NULL);
}

static int starts_before(const void *a, const void *b)
{
    return ((const struct rv_span *)a)->start < ((const struct rv_span *)b)->start;
}

struct rv_span *rv_span_at(struct rv_span *spans, uint32_t count, uintptr_t address)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (spans[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? &spans[low - 1] : NULL;
}

/* A function begins at `start`: whatever began before ends there. */
static void cut(struct rv_transition *t, const void *start)
{
    for (int back = 0; back < 2; back++) {
        struct rv_span *span =
            rv_span_at(t->spans[back], t->span_count[back], (uintptr_t)start - 1);
        if (start && span && span->end > (uintptr_t)start)
            span->end = (uintptr_t)start;
    }
}

/*
 * Records say where functions begin, not where they end. They end where the next one
 * begins; but the next one may have no record, so the platform is asked too.
 */
static void cut_at_image(struct rv_transition *t, const struct rv_image_state *state)
{
    const struct rv_image *image = state->image;

    for (const struct rv_method *m = image->methods; m < image->methods_end; m++) {
        cut(t, RV_TARGET(const void, m->entry));
        cut(t, RV_TARGET(const void, m->body));
    }
    for (const struct rv_replacement *r = image->replacements; r < image->replacements_end; r++)
        cut(t, RV_TARGET(const void, r->body));
    cut(t, (const void *)state->place.end);
}

static void cut_at_end(struct rv_span *span)
{
    span->end = rv_platform_function_end(span->start, span->end);
}

static void finish_spans(struct rv_transition *t)
{
    for (int back = 0; back < 2; back++)
        rv_sort(t->spans[back], t->span_count[back], sizeof(struct rv_span), starts_before);
    for (const struct rv_image_state *state = rv_images_locked(); state; state = state->next)
        if (state->phase == RV_IMAGE_LIVE)
            cut_at_image(t, state);
    for (int back = 0; back < 2; back++)
        for (uint32_t n = 0; n < t->span_count[back]; n++)
            if (t->spans[back][n].method)
                cut_at_end(&t->spans[back][n]);
}

void rv_transition_release(struct rv_transition *t)
{
    if (t->moves)
        rv_platform_free(t->moves, (t->mask + 1) * sizeof(*t->moves));
    for (int back = 0; back < 2; back++)
        if (t->spans[back])
            rv_platform_free(t->spans[back], t->span_room * sizeof(struct rv_span));
    if (t->went)
        rv_platform_free(t->went, RV_TRANSITION_WENT_BITS / 8);
    if (t->moved)
        rv_platform_free(t->moved, t->moved_room * sizeof(*t->moved));
    if (t->held)
        rv_platform_free(t->held, t->moved_room * sizeof(*t->held));
    rv_platform_free(t, sizeof(*t));
}

static struct rv_transition *allocate(uint32_t methods, uint32_t units, uint32_t threads)
{
    struct rv_transition *t = rv_platform_alloc(sizeof(*t));

    if (!t)
        return NULL;
    t->mask = 3;
    while (t->mask < 2 * methods)
        t->mask = 2 * t->mask + 1;
    t->span_room = 2 * methods + units;
    t->moved_room = 4 * threads + NOTES_MIN;
    t->moves = rv_platform_alloc((t->mask + 1) * sizeof(*t->moves));
    t->spans[0] = rv_platform_alloc(t->span_room * sizeof(struct rv_span));
    t->spans[1] = rv_platform_alloc(t->span_room * sizeof(struct rv_span));
    t->moved = rv_platform_alloc(t->moved_room * sizeof(*t->moved));
    t->held = rv_platform_alloc(t->moved_room * sizeof(*t->held));
    t->went = rv_platform_alloc(RV_TRANSITION_WENT_BITS / 8);
    if (t->went && t->moves && t->spans[0] && t->spans[1] && t->moved && t->held)
        return t;
    rv_transition_release(t);
    return NULL;
}

int rv_transition_prepare(const struct rv_update *update, enum rv_consistency consistency,
                          uint32_t threads, struct rv_transition **transition)
{
    struct rv_transition *t;

    rv_transition_free_stopped();
    t = allocate(update->count, update->image->units, threads);
    if (!t)
        return RV_ENOMEM;
    t->is_together = consistency == RV_CONSISTENCY_PROCESS;
    for (uint32_t n = 0; n < update->count; n++)
        add_method(t, update, &update->changes[n]);
    rv_stage_each_table(update, add_table, t);
    finish_spans(t);
    *transition = t;
    return 0;
}
