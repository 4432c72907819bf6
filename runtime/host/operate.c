/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operate.c - apply and revert, as somebody asked for them; see operate.h.
 */
#define _GNU_SOURCE
#include "control/clock.h"
#include "detail.h"
#include "operate_list.h"
#include "operation.h"
#include "owner.h"
#include "patch_file.h"
#include "target.h"

#include <stdio.h>
#include <string.h>

void rv_event_refuse(struct rv_event *event, const char *result, int error, const char *names)
{
    event->result = result;
    event->error = error;
    snprintf(event->text, sizeof(event->text), names && *names ? "%s: %s" : "%s",
             rv_error_text(error), names);
}

/* ---- apply ---- */

struct wish {
    int fd;
    const char *path;
    struct rv_apply_options options; /* as the layer below takes them */
    int is_once;
    uint64_t patience_ms;
    off_t size;
    char *note;
    size_t note_size;
    struct rv_memo *memo;
};

static void explain(const struct wish *wish, const char *why)
{
    struct rv_detail detail = {.text = wish->options.detail, .size = wish->options.detail_size};

    rv_detail_add(&detail, why);
}

static struct rv_bytes signature_of(const struct wish *wish)
{
    return (struct rv_bytes){wish->options.signature, wish->options.signature_size};
}

/*
 * What somebody else may write to is not what whoever asks has looked at. The program itself
 * is believed: it may map what it likes.
 */
static int check_owner(const struct wish *wish, const struct rv_asker *asker)
{
    const int error = asker->kind == RV_BY_PEER ? rv_owner_check(wish->fd) : 0;

    if (error)
        explain(wish, wish->path ? wish->path : "the patch");
    return error;
}

static int check_file(const struct wish *wish, struct rv_trailer *trailer)
{
    struct rv_detail detail = {.text = wish->options.detail, .size = wish->options.detail_size};
    struct rv_patch_file file;
    int error = rv_patch_file_check(wish->fd, "patch", signature_of(wish), &file, &detail);

    rv_patch_file_close(&file);
    *trailer = file.trailer;
    return error;
}

/* Whoever applies it has heard of the crash, or should. */
static void note_crashed(const struct wish *wish)
{
    struct rv_journal_key key = wish->memo->key;
    char path[PATH_MAX];

    memcpy(key.sha256, wish->memo->event.sha256, sizeof(key.sha256));
    key.size = wish->size;
    if (wish->note && rv_journal_crashed(&key, path, sizeof(path)) == 0)
        snprintf(wish->note, wish->note_size, "this patch has crashed before: %s.txt tells how",
                 path);
}

/* What of keeping it may fail. What is for none of the images is refused later. */
static int copy_for_journal(struct wish *wish)
{
    struct rv_memo *memo = wish->memo;
    struct rv_trailer trailer;
    char why[256] = "";
    int error;

    if (!rv_journal_directory())
        return 0;
    error = check_file(wish, &trailer);
    if (error || !rv_target_has_registered(&trailer))
        return error;
    rv_journal_build(memo->key.build, trailer.build_id, trailer.build_id_size);
    note_crashed(wish);
    if (wish->is_once)
        return 0;
    error = rv_journal_copy(wish->fd, wish->path, signature_of(wish), &memo->key, &memo->copy, why,
                            sizeof(why));
    if (error)
        explain(wish, why);
    else /* `replaces` is for when those that it supersedes cannot be removed */
        rv_journal_put_terms(&memo->copy,
                             &(struct rv_journal_terms){memo->replaces, memo->probation_ms});
    return error;
}

/* The file's name and hash, also for later rows about the update. */
static void describe(struct wish *wish, const struct rv_asker *asker)
{
    struct rv_event *event = &wish->memo->event;

    rv_history_cut(event->path, sizeof(event->path), wish->path ? wish->path : "");
    event->has_sha256 = !rv_journal_digest(wish->fd, event->sha256, &wish->size);
    event->verb = wish->options.flags & RV_APPLY_DRY_RUN ? "check" : "apply";
    event->asker = *asker;
}

/* Nothing has come of it, and nothing was to come of it if there is no error. */
static void record_nothing(const struct wish *wish, int error)
{
    struct rv_event *event = &wish->memo->event;

    if (error)
        rv_event_refuse(event, "refused", error, wish->options.detail);
    else
        event->result = "checked";
    event->took = rv_clock_ns() - wish->memo->start;
    rv_history_add(event);
}

/* It is in force and could not be kept: "done" means both, so it is taken back. */
static int take_back(const struct wish *wish, uint32_t *id)
{
    struct rv_memo *memo = wish->memo;
    const struct rv_asker asker = memo->event.asker;
    const int error = memo->unkept;
    struct rv_revert_order order = {
        .asker = &asker,
        .why = RV_UNKEPT,
        .options = {.size = sizeof(struct rv_apply_options), .consistency = memo->consistency},
        .patience_ms = wish->patience_ms};

    explain(wish, memo->why_unkept);
    if (rv_revert_one(*id, &order))
        rv_agent_note("an update is in force that could not be kept for the next start");
    *id = 0;
    return error;
}

static int operate(struct wish *wish, const struct rv_asker *asker, uint32_t *id)
{
    struct rv_memo *memo = wish->memo;
    int error;

    memo->start = rv_clock_ns();
    memo->consistency = wish->options.consistency;
    memo->probation_ms = wish->options.probation_ms;
    memo->replaces = (wish->options.flags & RV_APPLY_REPLACE) != 0;
    describe(wish, asker);
    error = check_owner(wish, asker);
    if (!error)
        error = copy_for_journal(wish);
    rv_memo_set_way(memo, RV_MEMO_COMES);
    rv_memo_add(memo);
    if (!error)
        error = rv_host_apply(wish->fd, wish->path, &wish->options, wish->patience_ms,
                              &memo->ending, id);
    if (!*id) {
        record_nothing(wish, error);
        rv_memo_end(memo);
        return error;
    }
    memo->id = *id;
    return memo->unkept ? take_back(wish, id) : error;
}

int rv_operate_apply(int fd, const char *path, const struct rv_apply_options *options,
                     const struct rv_operate_terms *terms, uint32_t *id)
{
    struct wish wish = {.fd = fd,
                        .path = path,
                        .patience_ms = terms->patience_ms,
                        .note = terms->note,
                        .note_size = terms->note_size};
    int error = RV_ENOMEM;

    *id = 0;
    if (rv_operation_is_mine())
        return RV_EBUSY; /* from a hook */
    wish.options = options && options->size == sizeof(wish.options)
                       ? *options
                       : (struct rv_apply_options){.size = options ? 0 : sizeof(wish.options)};
    wish.is_once = (wish.options.flags & RV_APPLY_ONCE) != 0;
    wish.options.flags &= ~(uint32_t)RV_APPLY_ONCE;
    rv_operation_lock();
    rv_memo_sweep();
    wish.memo = rv_memo_new();
    if (wish.memo) {
        wish.memo->confirm_ms = terms->confirm_ms;
        wish.memo->ending.is_held = terms->is_held;
        wish.memo->ending.must_go_back = terms->confirm_ms != 0;
        error = operate(&wish, &terms->asker, id);
    }
    rv_operation_unlock();
    return error;
}

int rv_operate_decide(uint32_t id, int commits)
{
    int error;

    rv_operation_lock();
    error = rv_host_decide(id, commits);
    rv_operation_unlock();
    return error;
}

int rv_operate_cancel(uint32_t id, int reason)
{
    int error;

    rv_operation_lock();
    error = rv_host_cancel(id, reason, 0);
    rv_operation_unlock();
    return error;
}

/* ---- revert ---- */

static void nobody_asks(struct rv_ending *ending, uint32_t id, enum rv_update_state state)
{
    (void)ending;
    (void)id;
    (void)state;
}

/* An update without a memo, or one that is under way: for the core's own refusal. */
static int refuse(uint32_t id, const struct rv_revert_order *order)
{
    static struct rv_ending nobody = {.ended = nobody_asks};

    return rv_host_revert(id, &order->options, order->patience_ms, &nobody);
}

static struct rv_event event_of(const struct rv_memo *memo, uint32_t id,
                                const struct rv_revert_order *order)
{
    struct rv_event event = memo ? memo->event : (struct rv_event){0};

    event.verb = "revert";
    event.asker = *order->asker;
    event.update = id;
    event.error = 0;
    snprintf(event.text, sizeof(event.text), "%s", order->why);
    return event;
}

/* Not begun. A deadline and the guard try again and again, which is nobody's wish: no row. */
static void record_refusal(struct rv_event *event, int error, const char *names, uint64_t start)
{
    if (event->asker.kind == RV_BY_DEADLINE || event->asker.kind == RV_BY_GUARD)
        return;
    rv_event_refuse(event, "refused", error, names);
    event->took = rv_clock_ns() - start;
    rv_history_add(event);
}

/* It had not come into force yet: threads go back. */
static int take_back_moving(const struct rv_memo *memo, uint32_t id,
                            const struct rv_revert_order *order)
{
    struct rv_event event = event_of(memo, id, order);
    const uint64_t start = rv_clock_ns();
    int error = rv_host_cancel(id, RV_ETAKENBACK, order->patience_ms);

    if (error)
        return error;
    event.result = "cancelled";
    snprintf(event.text, sizeof(event.text), "its threads were still moving");
    event.took = rv_clock_ns() - start;
    rv_history_add(&event);
    return 0;
}

/* Threads move: to it, and it is taken back; or away from it, and it is waited for. */
static int revert_moving(const struct rv_memo *memo, uint32_t id,
                         const struct rv_revert_order *order)
{
    const int is_back = rv_host_state(id) == RV_UPDATE_RETURNING;
    const int comes = memo->way == RV_MEMO_COMES;

    if (comes && !is_back)
        return take_back_moving(memo, id, order);
    if (comes == is_back) {
        rv_host_go_on(order->patience_ms);
        return 0;
    }
    return refuse(id, order); /* a revert that was given up comes back into force */
}

int rv_revert_one(uint32_t id, const struct rv_revert_order *order)
{
    struct rv_memo *memo = rv_memo_find(id);
    struct rv_event event = event_of(memo, id, order);
    const int is_free = memo && memo->way == RV_MEMO_RESTS;
    const uint64_t start = rv_clock_ns();
    int error;

    if (memo && !is_free && rv_host_is_moving()) {
        return revert_moving(memo, id, order);
    } else if (!is_free) {
        error = refuse(id, order);
    } else {
        rv_memo_set_event(memo, &event);
        memo->start = start;
        rv_memo_set_way(memo, RV_MEMO_GOES);
        error = rv_host_revert(id, &order->options, order->patience_ms, &memo->ending);
    }
    if (!error || error == RV_EMOVETIME || error == RV_ETRANSFORM)
        return error;
    if (is_free)
        rv_memo_set_way(memo, RV_MEMO_RESTS);
    record_refusal(&event, error, order->options.detail, start);
    return error;
}

/* The one that is under way comes first: no other can go meanwhile. */
static int note_next(const struct rv_update *update, void *context)
{
    if (update->state == RV_UPDATE_COMMITTED || rv_update_is_moving(update))
        *(uint32_t *)context = update->id;
    return rv_update_is_moving(update);
}

static int revert_all(const struct rv_revert_order *order)
{
    int error = 0;

    while (!error) {
        uint32_t next = 0;
        rv_updates_each(note_next, &next);
        if (!next)
            return 0;
        error = rv_revert_one(next, order);
        if (!error && rv_host_is_moving())
            error = RV_EBUSY;
    }
    return error;
}

int rv_operate_revert(uint32_t id, const struct rv_apply_options *options,
                      const struct rv_operate_terms *terms)
{
    struct rv_revert_order order = {
        .asker = &terms->asker, .why = "", .patience_ms = terms->patience_ms};
    int error;

    if (rv_operation_is_mine())
        return RV_EBUSY; /* from a hook */
    order.options = options ? *options : (struct rv_apply_options){.size = sizeof(*options)};
    rv_operation_lock();
    error = id ? rv_revert_one(id, &order) : revert_all(&order);
    rv_memo_sweep(); /* who is out is on probation no longer, and no longer suspected */
    rv_operation_unlock();
    return error;
}
