/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apply.c - applies patch files and takes them back.
 */
#define _GNU_SOURCE
#include "apply.h"
#include "bind.h"
#include "control/clock.h"
#include "control/trailer.h"
#include "garbage.h"
#include "gate.h"
#include "host.h"
#include "loader.h"
#include "move.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/*
 * The operation lock: one apply or revert at a time. Outermost, see gate.h.
 */
static pthread_mutex_t operation = PTHREAD_MUTEX_INITIALIZER;
static __thread int is_mine;

static void lock_operation(void)
{
    pthread_mutex_lock(&operation);
    is_mine = 1;
}

static int try_operation(void)
{
    is_mine = pthread_mutex_trylock(&operation) == 0;
    return is_mine;
}

static void unlock_operation(void)
{
    is_mine = 0;
    pthread_mutex_unlock(&operation);
}

int rv_apply_is_mine(void)
{
    return is_mine;
}

void rv_apply_in_child(void)
{
    pthread_mutex_init(&operation, NULL); /* whoever held it is not in the child */
    is_mine = 0;
}

/* ---- settling: what follows from an update's end ---- */

#define SETTLE_MAX 64 /* updates in one go; more wait for the next */

struct settling {
    struct {
        uint32_t id;
        struct rv_patch_image *patch;
        int collected;
    } all[SETTLE_MAX];
    size_t count;
};

static int note_ended(const struct rv_update *update, void *context)
{
    struct settling *settling = context;
    const struct rv_patch_image *patch = update->owner;

    if (!rv_update_has_ended(update))
        return 0;
    if (!patch || (!patch->garbage && update->garbage))
        return 0;
    settling->all[settling->count].id = update->id;
    settling->all[settling->count].patch = update->owner;
    settling->all[settling->count].collected = !patch->garbage;
    return ++settling->count == SETTLE_MAX;
}

static void unload(void *owner)
{
    rv_loader_unload(owner);
}

static void retire(uint32_t id, struct rv_patch_image *patch)
{
    struct rv_garbage *node = patch->garbage;
    patch->garbage = NULL;
    rv_garbage_retire_code(node, patch->place.start, patch->place.end, id, unload, patch);
}

static void settle_locked(void)
{
    struct settling settling = {.count = 0};

    rv_updates_each(note_ended, &settling);
    for (size_t n = 0; n < settling.count; n++)
        if (!settling.all[n].collected)
            retire(settling.all[n].id, settling.all[n].patch);
        else if (rv_update_forget(settling.all[n].id) == 0)
            rv_loader_forget(settling.all[n].patch);
}

void rv_apply_settle(void)
{
    if (!try_operation())
        return; /* whoever has it settles too */
    settle_locked();
    unlock_operation();
}

/* ---- apply ---- */

#define TIMEOUT_MS 5000u

struct request {
    int fd;
    const char *path;
    const struct rv_apply_options *options;
    enum rv_consistency consistency;
    struct rv_detail detail;
    struct rv_patch_file file;
    void *pin; /* of the target */
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
    if (options->size != sizeof(*options) || options->flags & ~(uint32_t)RV_APPLY_DRY_RUN)
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

static int is_same_file(const struct rv_update *update, void *context)
{
    const struct rv_patch_image *patch = update->owner;
    const struct rv_patch_file *file = context;

    return update->state == RV_UPDATE_COMMITTED && patch && patch->file.device == file->device &&
           patch->file.inode == file->inode &&
           patch->file.trailer.checksum == file->trailer.checksum;
}

struct target_question {
    const struct rv_trailer *trailer;
    struct rv_image_state *found; /* good while the image is pinned */
    uintptr_t start;
    int has_compiler;
};

/* Whether any unit of the image was compiled by what compiled the patch. */
static int has_compiler(const struct rv_image *image, uint64_t compiler)
{
    for (const struct rv_unit *unit = image->units; unit < image->units_end; unit++)
        if (rv_trailer_compiler(RV_TARGET(const char, unit->compiler)) == compiler)
            return 1;
    return 0;
}

static int is_target(const struct rv_image_state *image, void *context)
{
    struct target_question *question = context;
    const struct rv_trailer *trailer = question->trailer;

    if (image->phase != RV_IMAGE_LIVE || image->image->patch || trailer->build_id_size == 0 ||
        image->place.build_id_size != trailer->build_id_size ||
        memcmp(image->place.build_id, trailer->build_id, trailer->build_id_size) != 0)
        return 0;
    question->found = (struct rv_image_state *)image;
    question->start = image->place.start;
    question->has_compiler = has_compiler(image->image, trailer->compiler);
    return 1;
}

/* The target stays loaded until the update is no longer under way. */
static void unpin(void *pin)
{
    rv_gate_enter();
    rv_loader_unpin(pin);
    rv_gate_leave();
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
    rv_move_start(update, timeout_of(request->options), unpin, request->pin);
    request->pin = NULL;
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
    error = rv_bind_stage(patch, target, update);
    if (!error)
        error = rv_update_check(update);
    if (!error && !is_dry)
        error = rv_update_transition(update, request->consistency, thread_count());
    if (error || is_dry) {
        rv_update_abort(update);
        return error;
    }
    *id = update->id;
    bring_into_force(update, request);
    return 0;
}

/* The patch is loaded: everything else, or nothing of it. */
static int apply_loaded(struct rv_patch_image *patch, struct rv_image_state *target,
                        struct request *request, uint32_t *id)
{
    int error = rv_bind_check(patch, target, &request->detail);
    if (!error)
        error = rv_bind_fill(patch, target);
    if (!error)
        error = update_target(patch, target, request, id);
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
    error = apply_loaded(patch, target, request, id);
    if (error || *id == 0) {
        rv_loader_unload(patch);
        rv_loader_forget(patch);
    }
    return error;
}

static int add_build(const struct rv_image_state *image, void *context)
{
    if (!image->image->patch)
        rv_detail_add_build(context, image->place.name, image->place.build_id,
                            image->place.build_id_size);
    return 0;
}

/* Says which build the patch is for and which ones are here. */
static int wrong_build(struct request *request)
{
    const struct rv_trailer *trailer = &request->file.trailer;

    rv_detail_add_build(&request->detail, "its program", trailer->build_id, trailer->build_id_size);
    rv_images_each(add_build, &request->detail);
    return RV_EWRONGBUILD;
}

static int apply_locked(struct request *request, uint32_t *id)
{
    struct target_question question = {.trailer = &request->file.trailer};
    int error = rv_patch_file_check(request->fd, name_of(request), signature_of(request->options),
                                    &request->file, &request->detail);

    if (error)
        return error;
    if (rv_updates_each(is_same_file, &request->file))
        return RV_EAPPLIED;
    if (!rv_images_each(is_target, &question))
        return wrong_build(request);
    if (!question.has_compiler)
        return RV_ECOMPILER;
    error = rv_loader_pin(question.start, &request->pin);
    if (error)
        return error;
    /* Asked again: it may have gone before it was pinned, and another one come. */
    if (rv_images_each(is_target, &question))
        error = apply_to(request, question.found, id);
    else
        error = RV_ELEAVING;
    if (request->pin)
        rv_loader_unpin(request->pin);
    return error;
}

/* ---- until all threads have moved ---- */

static int find_state(const struct rv_update *update, void *context)
{
    struct rv_update_info *info = context;

    if (update->id != info->id)
        return 0;
    info->state = (uint32_t)update->state;
    return 1;
}

/* What became of it. Not there any more: it was reverted or given up, and has been forgotten. */
static enum rv_update_state state_of(uint32_t id)
{
    struct rv_update_info info = {.id = id, .state = RV_UPDATE_ABORTED};

    rv_updates_each(find_state, &info);
    return (enum rv_update_state)info.state;
}

int rv_apply_go_on(unsigned *wait_ms)
{
    int is_moving;

    *wait_ms = 1;
    if (!try_operation())
        return 0; /* whoever has it goes on with it */
    is_moving = rv_move_round(wait_ms);
    unlock_operation();
    return is_moving;
}

/* The first looks come fast: most threads of a server are blocked, or call something soon. */
static void nap(unsigned wait_ms, int first)
{
    struct timespec time = {.tv_nsec = first ? 100000 : (long)wait_ms * 1000000};
    nanosleep(&time, NULL);
}

static void move_locked(uint64_t patience_ms)
{
    const uint64_t start = rv_clock_ms();
    unsigned wait_ms;

    for (int n = 0; rv_move_round(&wait_ms); n++) {
        if (rv_clock_ms() - start >= patience_ms) {
            rv_agent_wake(); /* it goes on from here */
            return;
        }
        nap(wait_ms, n < 10);
    }
}

static const struct rv_apply_options *or_plain(const struct rv_apply_options *options)
{
    static const struct rv_apply_options plain = {.size = sizeof(plain)};
    return options ? options : &plain;
}

int rv_host_apply(int fd, const char *path, const struct rv_apply_options *options,
                  uint64_t patience_ms, uint32_t *id)
{
    struct request request = {.fd = fd, .path = path, .options = or_plain(options)};
    int error = check_options(request.options, &request.consistency);

    if (error)
        return error;
    request.detail.text = request.options->detail;
    request.detail.size = request.options->detail_size;
    *id = 0;
    lock_operation();
    rv_gate_enter();
    error = apply_locked(&request, id);
    rv_patch_file_close(&request.file);
    rv_gate_leave();
    if (!error)
        move_locked(patience_ms);
    if (!error && *id && state_of(*id) == RV_UPDATE_ABORTED)
        error = RV_EMOVETIME;
    settle_locked();
    unlock_operation();
    return error;
}

/* ---- revert ---- */

static int note_newest(const struct rv_update *update, void *context)
{
    if (update->state == RV_UPDATE_COMMITTED)
        *(uint32_t *)context = update->id;
    return 0;
}

static int revert_one(uint32_t id, enum rv_consistency consistency,
                      const struct rv_apply_options *options, uint64_t patience_ms)
{
    struct rv_update *update;
    int error = rv_update_revert(id, consistency, thread_count(), &update);

    if (error)
        return error;
    if (consistency != RV_CONSISTENCY_CALL)
        rv_move_start(update, timeout_of(options), NULL, NULL);
    move_locked(patience_ms);
    return state_of(id) == RV_UPDATE_COMMITTED ? RV_EMOVETIME : 0;
}

static int revert_all(enum rv_consistency consistency, const struct rv_apply_options *options,
                      uint64_t patience_ms)
{
    int error = 0;

    while (!error) {
        uint32_t newest = 0;
        rv_updates_each(note_newest, &newest);
        if (!newest)
            return 0;
        error = revert_one(newest, consistency, options, patience_ms);
    }
    return error;
}

int rv_host_revert(uint32_t id, const struct rv_apply_options *options, uint64_t patience_ms)
{
    enum rv_consistency consistency;
    int error = check_options(or_plain(options), &consistency);

    if (error)
        return error;
    lock_operation();
    error = id ? revert_one(id, consistency, or_plain(options), patience_ms)
               : revert_all(consistency, or_plain(options), patience_ms);
    settle_locked();
    unlock_operation();
    return error;
}
