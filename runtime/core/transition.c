/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transition.c - see transition.h.
 *
 * The fault's half (rv_transition_target) runs in any thread and takes no lock: it
 * counts itself in, so that nobody frees what it reads. All else is under the core
 * lock.
 */
#include "transition.h"
#include "revector/error.h"
#include "root.h"
#include "sort.h"
#include "stage.h"
#include "tablewalk/tw_atomic.h"

/* A method in transition. Both bodies are known before anybody can ask. */
struct move {
    const struct rv_slot *slot; /* a null pointer: a free place */
    uint32_t index, reserved;
    uint64_t from, to;
};

#define NOTES_MIN 1024u /* threads may be born, move and end in between two looks at the ring */

/* Threads wait for a change of it. */
enum phase {
    OPEN,
    CLOSED, /* nobody goes back to the side that is left */
    OVER,   /* the stage has reached its end */
};

struct rv_transition {
    struct rv_transition *next;
    int is_together;    /* `process`: who has changed waits for the others */
    uint32_t forward;   /* number of the forward stage; the one back is the next number */
    uint32_t stage;     /* which of the two it is */
    uint32_t phase;     /* enum phase */
    uint32_t wavered;   /* faults that went to the side that is left, and could not say why */
    uint32_t marked;    /* what that was at the mark */
    struct move *moves; /* hash table of mask + 1 places, half of them free at least */
    uint32_t mask;
    struct rv_span *spans[2]; /* left in the forward stage, and on the way back */
    uint32_t span_count[2], span_room;
    uint64_t *moved; /* ring of the last notes: stage << 32 | thread */
    uint32_t moved_count, moved_room;
};

static struct rv_transition *current;
static struct rv_transition *stopped; /* a fault may still be looking at these */
static uint32_t looking; /* threads between enter() and leave() */
static uint32_t last_stage;

/* ---- building ---- */

static uint32_t place_of(const struct rv_transition *t, const struct rv_slot *slot, uint32_t index)
{
    return (uint32_t)(((uintptr_t)slot >> 3) * 40503u + index * 2654435761u) & t->mask;
}

static const struct move *find(const struct rv_transition *t, const struct rv_slot *slot,
                               uint32_t index)
{
    for (uint32_t n = place_of(t, slot, index); t->moves[n].slot; n = (n + 1) & t->mask)
        if (t->moves[n].slot == slot && t->moves[n].index == index)
            return &t->moves[n];
    return NULL;
}

static void add_move(struct rv_transition *t, const struct move *move)
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
    const struct move move = {.slot = RV_TARGET(const struct rv_slot, unit->slot),
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

/* The last span that starts at or before `address`, or a null pointer. */
static struct rv_span *span_at(struct rv_span *spans, uint32_t count, uintptr_t address)
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
        struct rv_span *span = span_at(t->spans[back], t->span_count[back], (uintptr_t)start - 1);
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

static void release(struct rv_transition *t)
{
    if (t->moves)
        rv_platform_free(t->moves, (t->mask + 1) * sizeof(*t->moves));
    for (int back = 0; back < 2; back++)
        if (t->spans[back])
            rv_platform_free(t->spans[back], t->span_room * sizeof(struct rv_span));
    if (t->moved)
        rv_platform_free(t->moved, t->moved_room * sizeof(*t->moved));
    rv_platform_free(t, sizeof(*t));
}

/*
 * Order: the store of `current` comes before the load of `looking` here;
 * enter() adds to `looking` before it loads `current`. So a thread that has the old
 * pointer is counted.
 */
void rv_transition_free_stopped(void)
{
    tw_fence_full();
    while (stopped && !tw_load32_acquire(&looking)) {
        struct rv_transition *next = stopped->next;
        release(stopped);
        stopped = next;
    }
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
    if (t->moves && t->spans[0] && t->spans[1] && t->moved)
        return t;
    release(t);
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

/* ---- stages ---- */

void rv_transition_drop(struct rv_transition *transition)
{
    release(transition);
}

void rv_transition_start(struct rv_transition *transition)
{
    transition->forward = last_stage + 1;
    transition->stage = transition->forward;
    last_stage += 2;
    tw_store_pointer_release(&current, transition);
}

static void enter_phase(struct rv_transition *transition, enum phase phase)
{
    tw_store32_release(&transition->phase, phase);
    rv_platform_wake(&transition->phase);
}

/*
 * Order: the stage is stored before the phase, and wait_for_all loads the phase first. A
 * fault that still sees the stage before is argued in UPDATES.md.
 */
void rv_transition_turn(struct rv_transition *transition)
{
    tw_store32_release(&transition->stage, transition->forward + 1);
    if (transition->is_together)
        enter_phase(transition, OVER); /* nobody has anything to leave */
}

void rv_transition_mark(struct rv_transition *transition)
{
    transition->marked = tw_load32_acquire(&transition->wavered);
}

/*
 * Order: the store of the phase comes before the load of `wavered`; waver() adds to that
 * before it loads the phase. So it is seen here, or sees that it is closed.
 */
int rv_transition_close(struct rv_transition *transition)
{
    if (tw_load32_acquire(&transition->phase) == OVER)
        return 1;
    tw_store32_release(&transition->phase, CLOSED);
    tw_fence_full();
    if (tw_load32_acquire(&transition->wavered) == transition->marked)
        return 1;
    enter_phase(transition, OPEN);
    return 0;
}

void rv_transition_stop(struct rv_transition *transition)
{
    tw_store_pointer_release(&current, NULL);
    enter_phase(transition, OVER);
    transition->next = stopped;
    stopped = transition;
    rv_transition_free_stopped();
}

uint32_t rv_transition_spans(const struct rv_transition *transition, const struct rv_span **spans)
{
    const int back = tw_load32_acquire(&transition->stage) != transition->forward;

    *spans = transition->spans[back];
    return transition->span_count[back];
}

int rv_transition_has_moved(const struct rv_transition *transition, int32_t thread)
{
    const uint64_t wanted =
        (uint64_t)tw_load32_acquire(&transition->stage) << 32 | (uint32_t)thread;
    uint32_t count = tw_load32_acquire(&transition->moved_count);

    if (count > transition->moved_room)
        count = transition->moved_room;
    for (uint32_t n = 0; n < count; n++)
        if (tw_load_relaxed(&transition->moved[n]) == wanted)
            return 1;
    return 0;
}

/* ---- in the fault ---- */

static struct rv_transition *enter(void)
{
    rv_platform_side()->looking++;
    tw_add32_acq_rel(&looking, 1);
    tw_fence_full(); /* see rv_transition_free_stopped */
    return tw_load_pointer_acquire(&current);
}

static void leave(void)
{
    tw_add32_acq_rel(&looking, -1u);
    rv_platform_side()->looking--;
}

struct question {
    struct rv_span *spans;
    uint32_t count;
};

static int is_inside(uintptr_t pc, void *context)
{
    const struct question *question = context;
    const struct rv_span *span = span_at(question->spans, question->count, pc);
    return span && pc < span->end;
}

/*
 * 0: the thread's stack holds nothing of what it would leave; negative: it cannot say, as above
 * another fault of its own. (tsan runs handlers in there as calls, without a signal frame.)
 */
static int look_at_stack(const struct rv_transition *t, int back)
{
    struct question question = {t->spans[back], t->span_count[back]};
    return rv_platform_side()->looking > 1 ? -1 : rv_platform_backtrace(is_inside, &question);
}

/* A note that is overwritten is no harm: a roll call asks for it again. */
static void note_move(struct rv_transition *t, uint32_t stage)
{
    uint32_t n = tw_add32_acq_rel(&t->moved_count, 1) % t->moved_room;

    tw_store_release(&t->moved[n], (uint64_t)stage << 32 | (uint32_t)rv_platform_thread());
}

/*
 * The thread cannot say what is on its stack, so it stays where it is; but the agent may
 * have seen it outside, and counts on it. 1: it may stay. 0: too late, all have changed.
 * Order: see rv_transition_close.
 */
static int waver(struct rv_transition *t)
{
    uint32_t phase;

    do {
        tw_add32_acq_rel(&t->wavered, 1);
        tw_fence_full();
        phase = tw_load32_acquire(&t->phase);
    } while (phase == CLOSED && rv_platform_wait(&t->phase, CLOSED));
    return phase != OVER;
}

static int change_sides(struct rv_transition *t, uint32_t stage, struct rv_side *mine)
{
    int found = look_at_stack(t, stage != t->forward);

    if (found > 0 || (found < 0 && waver(t)))
        return 0;
    mine->stage = stage;
    note_move(t, stage);
    return 1;
}

/* On the way back: who had not moved has nothing to leave, and is back already. */
static int is_still_new(struct rv_transition *t, uint32_t stage, struct rv_side *mine)
{
    if (mine->stage == t->forward)
        return !change_sides(t, stage, mine);
    if (mine->stage != stage) {
        mine->stage = stage;
        note_move(t, stage);
    }
    return 0;
}

/* Which of the two the calling thread has come to: 1 is the new one. */
static int is_on_new_side(struct rv_transition *t)
{
    const uint32_t stage = tw_load32_acquire(&t->stage);
    struct rv_side *mine = rv_platform_side();

    if (stage == t->forward)
        return mine->stage == stage || change_sides(t, stage, mine);
    return t->is_together ? 0 : is_still_new(t, stage, mine);
}

/* 1 when all have changed sides; 0 if they never will, or are waiting for this thread. */
static int wait_for_all(const struct rv_transition *t)
{
    uint32_t phase;

    while ((phase = tw_load32_acquire(&t->phase)) != OVER)
        if (!rv_platform_wait(&t->phase, phase))
            return 0;
    return tw_load32_acquire(&t->stage) == t->forward;
}

static int runs_new(struct rv_transition *t)
{
    return is_on_new_side(t) && (!t->is_together || wait_for_all(t));
}

/* A call of a method that is not replaced: only a roll call brings it here. */
static void answer_roll(struct rv_transition *t)
{
    const uint32_t stage = tw_load32_acquire(&t->stage);

    (void)is_on_new_side(t);
    if (rv_platform_side()->stage == stage)
        note_move(t, stage);
}

uint64_t rv_transition_target(const struct rv_slot *slot, uint32_t index)
{
    struct rv_transition *t = enter();
    const struct move *move = t ? find(t, slot, index) : NULL;
    uint64_t target = 0;

    if (move)
        target = tw_load_acquire(runs_new(t) ? &move->to : &move->from);
    else if (t)
        answer_roll(t);
    leave();
    return target;
}

void rv_transition_swap(struct rv_transition *transition, const struct rv_slot *slot,
                        uint32_t index, uint64_t from, uint64_t to)
{
    struct move *move = (struct move *)find(transition, slot, index);

    if (move && move->from == from)
        tw_store_release(&move->from, to);
    if (move && move->to == from)
        tw_store_release(&move->to, to);
}

/* ---- in the child of a fork ---- */

struct count {
    uint32_t stage, stacks, moved, looking;
};

static void count_side(const struct rv_side *side, void *context)
{
    struct count *count = context;

    count->stacks++;
    count->moved += side->stage == count->stage;
    count->looking += side->looking;
}

enum rv_sides rv_transition_in_child(struct rv_transition *t)
{
    struct count count = {.stage = t ? t->forward : 0};

    rv_platform_sides(count_side, &count);
    tw_store32_release(&looking, count.looking);
    for (uint32_t n = 0; t && n < t->moved_room; n++)
        if ((int32_t)tw_load_relaxed(&t->moved[n]) > 0) /* another may get the number */
            tw_store_release(&t->moved[n], 0);
    if (!t || t->is_together || !count.moved)
        return RV_SIDES_OLD;
    return count.moved == count.stacks ? RV_SIDES_NEW : RV_SIDES_BOTH;
}
