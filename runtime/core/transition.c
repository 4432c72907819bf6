/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transition.c - see transition.h.
 *
 * The fault's half (rv_transition_target) runs in any thread and takes no lock: it
 * counts itself in, so that nobody frees what it reads. All else is under the core
 * lock.
 */
#include "transition_parts.h"
#include "tablewalk/tw_atomic.h"

#define CACHE_LINE 64

/*
 * What every fault writes, and what it reads next. On a cache line without anything else: else
 * whoever reads what happens to lie there, as all faults do, waits for those that write.
 */
static struct {
    _Alignas(CACHE_LINE) struct rv_transition *current;
    uint32_t looking; /* threads between enter() and leave() */
} faults;
static struct rv_transition *stopped; /* a fault may still be looking at these */
static uint32_t last_stage;

/* ---- stages ---- */

/*
 * Order: the store of `current` comes before the load of `looking` here;
 * enter() adds to `looking` before it loads `current`. So a thread that has the old
 * pointer is counted.
 */
void rv_transition_free_stopped(void)
{
    tw_fence_full();
    while (stopped && !tw_load32_acquire(&faults.looking)) {
        struct rv_transition *next = stopped->next;
        rv_transition_release(stopped);
        stopped = next;
    }
}

void rv_transition_drop(struct rv_transition *transition)
{
    rv_transition_release(transition);
}

void rv_transition_start(struct rv_transition *transition)
{
    transition->forward = last_stage + 1;
    transition->stage = transition->forward;
    last_stage += 2;
    tw_store_pointer_release(&faults.current, transition);
}

static void enter_phase(struct rv_transition *transition, enum rv_transition_phase phase)
{
    tw_store32_release(&transition->phase, phase);
    rv_platform_wake(&transition->phase);
}

/*
 * Order: the stage is stored before the phase, and wait_for_all loads the phase first; and
 * before who has set out is loaded, see set_out().
 */
void rv_transition_turn(struct rv_transition *transition)
{
    tw_store32_release(&transition->stage, transition->forward + 1);
    tw_fence_full();
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
    tw_store_pointer_release(&faults.current, NULL);
    enter_phase(transition, OVER);
    transition->next = stopped;
    stopped = transition;
    rv_transition_free_stopped();
}

/* 1: threads are on their way back. */
static int is_turned(const struct rv_transition *t)
{
    return tw_load32_acquire(&t->stage) != t->forward;
}

uint32_t rv_transition_spans(const struct rv_transition *transition, const struct rv_span **spans)
{
    const int back = is_turned(transition);

    *spans = transition->spans[back];
    return transition->span_count[back];
}

/* ---- who has set out ---- */

static uint32_t *went_word(const struct rv_transition *t, int32_t thread)
{
    return &t->went[(uint32_t)thread % RV_TRANSITION_WENT_BITS / 32];
}

static void note_going(struct rv_transition *t, int32_t thread)
{
    uint32_t *word = went_word(t, thread);
    uint32_t before = tw_load32_acquire(word);

    while (!tw_cas32_acq_rel(word, &before, before | 1u << ((uint32_t)thread & 31)))
        ;
}

static int may_have_gone(const struct rv_transition *t, int32_t thread)
{
    return t->may_have_gone ||
           tw_load32_acquire(went_word(t, thread)) & 1u << ((uint32_t)thread & 31);
}

static int has_noted(const struct rv_transition *transition, uint32_t stage, int32_t thread)
{
    const uint64_t wanted = (uint64_t)stage << 32 | (uint32_t)thread;
    uint32_t count = tw_load32_acquire(&transition->moved_count);

    if (count > transition->moved_room)
        count = transition->moved_room;
    for (uint32_t n = 0; n < count; n++)
        if (tw_load_relaxed(&transition->moved[n]) == wanted)
            return 1;
    return 0;
}

int rv_transition_has_moved(const struct rv_transition *transition, int32_t thread)
{
    const uint32_t stage = tw_load32_acquire(&transition->stage);

    return has_noted(transition, stage, thread) ||
           (stage != transition->forward && !may_have_gone(transition, thread));
}

/* ---- in the fault ---- */

static struct rv_transition *enter(void)
{
    rv_platform_side()->looking++;
    tw_add32_acq_rel(&faults.looking, 1);
    tw_fence_full(); /* see rv_transition_free_stopped */
    return tw_load_pointer_acquire(&faults.current);
}

static void leave(void)
{
    tw_add32_acq_rel(&faults.looking, -1u);
    rv_platform_side()->looking--;
}

struct question {
    struct rv_span *spans;
    uint32_t count;
};

static int is_inside(uintptr_t pc, void *context)
{
    const struct question *question = context;
    const struct rv_span *span = rv_span_at(question->spans, question->count, pc);
    return span && pc < span->end ? (int)(span - question->spans) + 1 : 0;
}

/*
 * 0: the thread's stack holds nothing of what it would leave; positive: the number, from 1, of
 * the innermost span that it holds; negative: it cannot say, as above another fault of its own.
 * (tsan runs handlers in there as calls, without a signal frame.)
 */
static int look_at_stack(const struct rv_transition *t, int back)
{
    struct question question = {t->spans[back], t->span_count[back]};
    return rv_platform_side()->looking > 1 ? -1 : rv_platform_backtrace(is_inside, &question);
}

/* One word, so that it is whole; whoever shares the place may overwrite it. */
static void note_held(struct rv_transition *t, int back, int32_t thread, uint32_t span)
{
    tw_store_relaxed(&t->held[(uint32_t)thread % t->moved_room],
                     (uint64_t)back << 63 | (uint64_t)span << 32 | (uint32_t)thread);
}

void rv_transition_note_held(struct rv_transition *t, int32_t thread, uint32_t span)
{
    note_held(t, is_turned(t), thread, span);
}

const struct rv_method *rv_transition_held(const struct rv_transition *t, int32_t thread)
{
    const uint64_t note = tw_load_relaxed(&t->held[(uint32_t)thread % t->moved_room]);
    const int back = is_turned(t);

    if ((int32_t)note != thread || (int)(note >> 63) != back)
        return NULL;
    return t->spans[back][note >> 32 & INT32_MAX].method;
}

/*
 * Once, however often the thread is asked: else who calls all the time would overwrite what all
 * others have noted. A note that is overwritten is no harm: a roll call asks for it again.
 */
static void note_move(struct rv_transition *t, uint32_t stage, struct rv_side *mine)
{
    const uint64_t note = (uint64_t)stage << 32 | (uint32_t)rv_platform_thread();

    if (tw_load_relaxed(&t->moved[mine->note % t->moved_room]) == note)
        return;
    mine->note = tw_add32_acq_rel(&t->moved_count, 1);
    tw_store_release(&t->moved[mine->note % t->moved_room], note);
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

static void come_to(struct rv_transition *t, uint32_t stage, struct rv_side *mine)
{
    mine->stage = stage;
    note_move(t, stage, mine);
}

/*
 * The first half of changing to the new side: 1 if the stage is still that one. Order: the
 * note comes before the load of the stage here; rv_transition_turn stores the stage before
 * anybody looks for notes. So who turns sees the note, or the thread sees that it is turned,
 * and then it is back already.
 */
static int set_out(struct rv_transition *t, struct rv_side *mine)
{
    note_going(t, rv_platform_thread());
    mine->stage = t->forward;
    tw_fence_full();
    if (!is_turned(t))
        return 1;
    come_to(t, t->forward + 1, mine);
    return 0;
}

static int change_sides(struct rv_transition *t, uint32_t stage, struct rv_side *mine)
{
    int found = look_at_stack(t, stage != t->forward);

    if (found > 0)
        note_held(t, stage != t->forward, rv_platform_thread(), (uint32_t)found - 1);
    if (found > 0 || (found < 0 && waver(t)))
        return 0;
    if (stage == t->forward && !set_out(t, mine))
        return 0;
    come_to(t, stage, mine);
    return 1;
}

/* On the way back: who had not moved has nothing to leave, and is back already. */
static int is_still_new(struct rv_transition *t, uint32_t stage, struct rv_side *mine)
{
    if (mine->stage == t->forward)
        return !change_sides(t, stage, mine);
    if (mine->stage != stage)
        come_to(t, stage, mine);
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
    return !is_turned(t);
}

static int runs_new(struct rv_transition *t)
{
    return is_on_new_side(t) && (!t->is_together || wait_for_all(t));
}

/* A call of a method that is not replaced: only a roll call brings it here. */
static void answer_roll(struct rv_transition *t)
{
    const uint32_t stage = tw_load32_acquire(&t->stage);
    struct rv_side *mine = rv_platform_side();

    (void)is_on_new_side(t);
    if (mine->stage == stage)
        note_move(t, stage, mine);
}

uint64_t rv_transition_target(const struct rv_slot *slot, uint32_t index)
{
    struct rv_transition *t = enter();
    const struct rv_transition_move *move = t ? rv_transition_find(t, slot, index) : NULL;
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
    struct rv_transition_move *move = rv_transition_find(transition, slot, index);

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
    tw_store32_release(&faults.looking, count.looking);
    if (t)
        t->may_have_gone = 1;
    for (uint32_t n = 0; t && n < t->moved_room; n++)
        if ((int32_t)tw_load_relaxed(&t->moved[n]) > 0) /* another may get the number */
            tw_store_release(&t->moved[n], 0);
    if (!t || t->is_together || !count.moved)
        return RV_SIDES_OLD;
    return count.moved == count.stacks ? RV_SIDES_NEW : RV_SIDES_BOTH;
}
