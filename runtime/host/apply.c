/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apply.c - applies patch files and takes them back.
 */
#define _GNU_SOURCE
#include "apply.h"
#include "bind.h"
#include "control/clock.h"
#include "crash.h"
#include "ending.h"
#include "gate.h"
#include "hooks.h"
#include "host.h"
#include "loader.h"
#include "move.h"
#include "operation.h"
#include "settle.h"
#include "target.h"
#include "transform.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

void rv_apply_settle(void)
{
    if (!rv_operation_try())
        return; /* whoever has it settles too */
    rv_settle_locked();
    rv_operation_unlock();
}

/* ---- apply ---- */

#define TIMEOUT_MS 5000u
#define ABANDON_MS 200u

struct request {
    int fd;
    const char *path;
    const struct rv_apply_options *options;
    enum rv_consistency consistency;
    struct rv_detail detail;
    struct rv_patch_file file;
    struct rv_ending *ending;
};

static const char *name_of(const struct request *request)
{
    const char *base = request->path ? strrchr(request->path, '/') : NULL;

    if (request->options->name)
        return request->options->name;
    if (base)
        return base + 1;
    return request->path ? request->path : "patch";
}

static int consistency_of(const struct rv_apply_options *options, enum rv_consistency *consistency)
{
    switch (options->consistency) {
    case RV_APPLY_PER_THREAD:
        *consistency = RV_CONSISTENCY_THREAD;
        return 0;
    case RV_APPLY_PER_CALL:
        *consistency = RV_CONSISTENCY_CALL;
        return 0;
    case RV_APPLY_PER_PROCESS:
        *consistency = RV_CONSISTENCY_PROCESS;
        return 0;
    default:
        return RV_EOPTIONS;
    }
}

static int check_options(const struct rv_apply_options *options, enum rv_consistency *consistency)
{
    if (options->size != sizeof(*options) ||
        options->flags & ~(uint32_t)(RV_APPLY_DRY_RUN | RV_APPLY_REPLACE))
        return RV_EOPTIONS;
    return consistency_of(options, consistency);
}

static uint64_t timeout_of(const struct rv_apply_options *options)
{
    return options->timeout_ms ? options->timeout_ms : TIMEOUT_MS;
}

/* A guess is good enough, see rv_update_transition. A directory for each, "." and "..". */
static uint32_t thread_count(void)
{
    struct stat task;

    return stat("/proc/self/task", &task) || task.st_nlink < 3 ? 0 : (uint32_t)task.st_nlink - 2;
}

/* Cannot fail: from here on the update finishes itself. */
static void bring_into_force(struct rv_update *update, struct request *request)
{
    if (request->consistency == RV_CONSISTENCY_CALL) {
        ((struct rv_patch_image *)update->owner)->at_once = 1;
        if (rv_update_commit(update))
            rv_platform_panic("an update that was ready could not be committed");
        return;
    }
    rv_move_start(update);
    if (request->ending->is_held)
        rv_move_hold();
}

/* Once objects are converted, stores alone would lead old code to objects that it does not know. */
static enum rv_crash_way way_back(const struct rv_patch_image *patch)
{
    if (!rv_transform_is_in(patch))
        return RV_CRASH_AT_ONCE;
    return rv_transform_one_way(patch, 0) ? RV_CRASH_STAYS : RV_CRASH_IN_ORDER;
}

/*
 * Threads may run the new code from here on, and any of them may fork: what belongs to the
 * update is there before.
 */
static int bring_to_threads(struct rv_update *update, const struct request *request)
{
    const struct rv_patch_image *patch = update->owner;
    int error;

    rv_ending_await(request->ending, update->id);
    rv_move_expect(timeout_of(request->options), rv_ending_reached, request->ending);
    if (request->options->probation_ms != RV_PROBATION_NONE)
        rv_crash_watch(update->id, update->name, &patch->place, way_back(patch));
    error = rv_update_transition(update, request->consistency, thread_count());
    if (error) {
        rv_crash_forget(update->id);
        rv_ending_forget();
    }
    return error;
}

/* begin -> stage -> check -> transition -> commit | abort */
static int update_target(struct rv_patch_image *patch, struct rv_image_state *target,
                         struct request *request, uint32_t *id)
{
    const int is_dry = (request->options->flags & RV_APPLY_DRY_RUN) != 0;
    struct rv_update *update;
    int error = rv_update_begin(target, name_of(request), patch, &update);

    if (error)
        return error;
    if (request->options->flags & RV_APPLY_REPLACE)
        rv_update_replace(update);
    error = rv_bind_stage(patch, target, update);
    if (!error)
        error = rv_update_check(update);
    if (!error && !is_dry && rv_agent_asker_has_gone())
        error = RV_EASKER;
    if (!error && !is_dry)
        error = bring_to_threads(update, request);
    if (error || is_dry) {
        rv_update_abort(update);
        return error;
    }
    *id = update->id;
    bring_into_force(update, request);
    return 0;
}

/* Hooks may do what must not be done inside the gate. */
static int ask_hooks(struct rv_patch_image *patch, struct request *request)
{
    int error;

    rv_gate_leave();
    error = rv_hooks_pre_apply(patch, &request->detail);
    rv_gate_enter();
    return error;
}

static void tell_hooks(struct rv_patch_image *patch, int error)
{
    rv_gate_leave();
    rv_hooks_give_up_apply(patch, error);
    rv_gate_enter();
}

/* The patch is loaded: everything else, or nothing of it. */
static int apply_loaded(struct rv_patch_image *patch, struct rv_image_state *target,
                        struct request *request, uint32_t *id)
{
    int error = rv_bind_check(patch, target, &request->detail);
    if (!error)
        error = rv_transform_may_apply(patch, target, request->consistency,
                                       (request->options->flags & RV_APPLY_REPLACE) != 0,
                                       &request->detail);
    if (!error && request->ending->must_go_back)
        error = rv_transform_may_confirm(patch, &request->detail);
    if (!error)
        error = rv_bind_fill(patch, target);
    if (!error && !(request->options->flags & RV_APPLY_DRY_RUN))
        error = ask_hooks(patch, request);
    if (!error)
        error = update_target(patch, target, request, id);
    if (error)
        tell_hooks(patch, error);
    return error;
}

static struct rv_bytes signature_of(const struct rv_apply_options *options)
{
    return (struct rv_bytes){options->signature, options->signature_size};
}

static int apply_to(struct request *request, struct rv_image_state *target, uint32_t *id)
{
    struct rv_patch_image *patch;
    int error =
        rv_loader_load(request->fd, request->path, &request->file, &patch, &request->detail);
    if (error)
        return error;
    rv_settle_hold_patch(patch);
    error = apply_loaded(patch, target, request, id);
    if (error || *id == 0)
        rv_settle_unload(patch);
    rv_settle_hold_patch(NULL);
    if (error || *id == 0)
        rv_loader_forget(patch);
    return error;
}

static int is_same_file(const struct rv_update *update, void *context)
{
    const struct rv_patch_image *patch = update->owner;
    const struct rv_patch_file *file = context;

    return update->state == RV_UPDATE_COMMITTED && patch && patch->file.device == file->device &&
           patch->file.inode == file->inode &&
           patch->file.trailer.checksum == file->trailer.checksum;
}

/* Names what is in the way, and what would free it. */
static int busy(struct rv_detail *detail)
{
    char text[RV_MOVE_MORE + 64];

    rv_move_describe(text, sizeof(text));
    rv_detail_add(detail, text);
    return RV_EBUSY;
}

static int apply_locked(struct request *request, uint32_t *id)
{
    struct rv_image_state *target;
    void *pin = NULL;
    int error = rv_patch_file_check(request->fd, name_of(request), signature_of(request->options),
                                    &request->file, &request->detail);

    if (error)
        return error;
    if (rv_updates_each(is_same_file, &request->file))
        return RV_EAPPLIED;
    if (rv_host_is_moving())
        return busy(&request->detail); /* there is one target in hand at a time */
    error = rv_target_pin(&request->file.trailer, &target, &pin, &request->detail);
    rv_settle_hold_target(pin);
    return error ? error : apply_to(request, target, id);
}

/* ---- until all threads have moved ---- */

int rv_apply_go_on(unsigned *wait_ms)
{
    int goes_on;

    *wait_ms = 1;
    if (!rv_operation_try())
        return 0; /* whoever has it goes on with it */
    goes_on = rv_move_round(wait_ms);
    if (!goes_on)
        rv_settle_locked();
    rv_operation_unlock();
    return goes_on;
}

/*
 * Naps grow with the time that it has taken so far: most threads of a server are blocked,
 * or call something soon, and another examination may be in the way for a moment.
 */
static void nap(uint64_t taken_ms)
{
    const uint64_t us = taken_ms * 1000 / 4, shortest = 100, longest = 50000;
    const uint64_t chosen = us < shortest ? shortest : us < longest ? us : longest;
    const struct timespec time = {.tv_nsec = (long)chosen * 1000};

    nanosleep(&time, NULL);
}

static void move_locked(uint64_t patience_ms)
{
    const uint64_t start = rv_clock_ms();
    unsigned wait_ms; /* for the agent's loop */

    while (rv_move_round(&wait_ms)) {
        const uint64_t taken_ms = rv_clock_ms() - start;
        if (taken_ms >= patience_ms || rv_move_waits()) {
            rv_agent_wake(); /* it goes on from here */
            return;
        }
        nap(taken_ms);
    }
}

static const struct rv_apply_options *or_plain(const struct rv_apply_options *options)
{
    static const struct rv_apply_options plain = {.size = sizeof(plain)};
    return options ? options : &plain;
}

int rv_host_apply(int fd, const char *path, const struct rv_apply_options *options,
                  uint64_t patience_ms, struct rv_ending *ending, uint32_t *id)
{
    struct request request = {
        .fd = fd, .path = path, .options = or_plain(options), .ending = ending};
    int error = check_options(request.options, &request.consistency);

    if (!error && ending->is_held && request.consistency == RV_CONSISTENCY_CALL)
        error = RV_EOPTIONS;
    if (error)
        return error;
    request.detail.text = request.options->detail;
    request.detail.size = request.options->detail_size;
    *id = 0;
    rv_gate_enter();
    error = apply_locked(&request, id);
    rv_patch_file_close(&request.file);
    rv_gate_leave();
    if (!error && *id && request.consistency == RV_CONSISTENCY_CALL)
        rv_ending_reached(ending);
    if (!error)
        move_locked(patience_ms);
    if (!error && *id && rv_host_state(*id) == RV_UPDATE_ABORTED) {
        rv_detail_add(&request.detail, rv_move_late());
        error = rv_move_reason();
    }
    rv_settle_locked();
    return error;
}

int rv_host_decide(uint32_t id, int commits)
{
    int error = rv_move_decide(id, commits);

    if (!error)
        move_locked(0);
    return error;
}

void rv_host_go_on(uint64_t patience_ms)
{
    move_locked(patience_ms);
    rv_settle_locked();
}

int rv_host_cancel(uint32_t id, int reason, uint64_t patience_ms)
{
    int error = rv_move_cancel(id, reason);

    if (!error)
        rv_host_go_on(patience_ms);
    return error;
}

void rv_host_abandon(void)
{
    if (!rv_operation_try())
        return; /* whoever has it brings it to an end */
    rv_move_abandon();
    move_locked(ABANDON_MS);
    rv_settle_locked();
    rv_operation_unlock();
}

/* ---- revert ---- */

struct reverting {
    uint32_t id;
    struct rv_patch_image *patch; /* a null pointer: there is nothing to ask */
};

static int find_patch(const struct rv_update *update, void *context)
{
    struct reverting *reverting = context;

    if (update->id == reverting->id && update->state == RV_UPDATE_COMMITTED)
        reverting->patch = update->owner;
    return 0;
}

static int bring_back(uint32_t id, enum rv_consistency consistency, uint64_t timeout_ms,
                      struct rv_ending *ending, struct rv_update **update)
{
    const int may_begin = !rv_host_is_moving(); /* else somebody else is waiting */
    int error;

    if (may_begin) {
        rv_ending_await(ending, id);
        rv_move_expect(timeout_ms, rv_ending_reached, ending);
    }
    error = rv_update_revert(id, consistency, thread_count(), update);
    if (error && may_begin)
        rv_ending_forget();
    return error;
}

/* The hooks are asked, if the update is one that can be reverted now. */
static int begin_revert(uint32_t id, enum rv_consistency *consistency,
                        const struct rv_apply_options *options, struct rv_ending *ending,
                        struct rv_update **update)
{
    struct rv_detail detail = {.text = options->detail, .size = options->detail_size};
    struct reverting reverting = {.id = id};
    int error = 0;

    rv_settle_locked(); /* no post_apply comes after a pre_revert */
    if (!rv_host_is_moving())
        rv_updates_each(find_patch, &reverting);
    if (reverting.patch)
        error = rv_transform_may_revert(reverting.patch, consistency, &detail);
    if (!error && reverting.patch)
        error = rv_hooks_pre_revert(reverting.patch, id, &detail);
    if (error)
        return error;
    error = bring_back(id, *consistency, timeout_of(options), ending, update);
    if (error && reverting.patch)
        rv_hooks_give_up_revert(reverting.patch, id, error);
    return error == RV_EBUSY ? busy(&detail) : error;
}

int rv_host_revert(uint32_t id, const struct rv_apply_options *options, uint64_t patience_ms,
                   struct rv_ending *ending)
{
    struct rv_detail detail = {.text = or_plain(options)->detail,
                               .size = or_plain(options)->detail_size};
    enum rv_consistency consistency;
    struct rv_update *update;
    int error = check_options(or_plain(options), &consistency);

    if (!error)
        error = begin_revert(id, &consistency, or_plain(options), ending, &update);
    if (error)
        return error;
    if (consistency == RV_CONSISTENCY_CALL)
        rv_ending_reached(ending);
    else
        rv_move_start(update);
    move_locked(patience_ms);
    if (rv_host_state(id) == RV_UPDATE_COMMITTED) {
        rv_detail_add(&detail, rv_move_late());
        error = rv_move_reason();
    }
    rv_settle_locked();
    return error;
}
