/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hooks.c - see hooks.h.
 */
#include "hooks.h"
#include "crash.h"
#include "move.h"
#include "revector/error.h"
#include "revector/patch.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What a hook is given, and behind it what it has to say. */
struct hook_call {
    struct rv_hook face; /* first */
    char sentence[201];
};

int rv_hook_refuse(struct rv_hook *hook, int code, const char *format, ...)
{
    struct hook_call *call = (struct hook_call *)hook;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(call->sentence, sizeof(call->sentence), format, arguments);
    va_end(arguments);
    return code ? code : -1;
}

/* ---- one hook ---- */

static const struct rv_hook_file *files_of(const struct rv_patch_image *patch, uint32_t *count)
{
    const struct rv_image *image = patch->image->image;

    *count = (uint32_t)(image->hooks_end - image->hooks);
    return image->hooks;
}

/* The function's address as data: one of the two types, by kind. */
static int call_function(const void *function, int is_pre, struct rv_hook *hook)
{
    int (*pre)(struct rv_hook *hook);
    void (*post)(struct rv_hook *hook);

    memcpy(&pre, &function, sizeof(pre));
    memcpy(&post, &function, sizeof(post));
    if (is_pre)
        return pre(hook);
    post(hook);
    return 0;
}

/* What it returns; 0 if the file has none of this kind. */
static int run_one(const struct rv_patch_image *patch, const struct rv_hook_file *file,
                   enum rv_hook_kind kind, struct hook_call *call)
{
    static const char *const kinds[] = {"pre_apply", "post_apply", "pre_revert", "post_revert"};
    const void *function = RV_TARGET(const void, file->of[kind].function);
    const int is_pre = kind == RV_HOOK_PRE_APPLY || kind == RV_HOOK_PRE_REVERT;
    struct rv_crash_hook hook = {.kind = kinds[kind],
                                 .function = RV_TARGET(const char, file->of[kind].name),
                                 .patch = patch->place.name,
                                 .update = call->face.update};
    int code;

    if (!function)
        return 0;
    rv_crash_hook_begin(&hook);
    code = call_function(function, is_pre, &call->face);
    rv_crash_hook_end(&hook);
    return code;
}

static struct hook_call call_for(uint32_t id, int error)
{
    return (struct hook_call){
        .face = {.size = sizeof(struct rv_hook), .update = id, .error = error}};
}

/* ---- all hooks of a kind ---- */

static void run_post(const struct rv_patch_image *patch, enum rv_hook_kind kind, uint32_t count,
                     uint32_t id, int error)
{
    uint32_t all;
    const struct rv_hook_file *files = files_of(patch, &all);

    for (uint32_t n = 0; n < count && n < all; n++) {
        struct hook_call call = call_for(id, error);
        (void)run_one(patch, &files[n], kind, &call);
    }
}

/* The number of files that let it pass; fewer than there are: the next one has refused. */
static uint32_t run_pre(const struct rv_patch_image *patch, enum rv_hook_kind kind, uint32_t id,
                        struct rv_detail *detail)
{
    uint32_t count, n;
    const struct rv_hook_file *files = files_of(patch, &count);

    for (n = 0; n < count; n++) {
        struct hook_call call = call_for(id, 0);
        int code = run_one(patch, &files[n], kind, &call);
        if (code) {
            rv_detail_add_words(detail, RV_TARGET(const char, files[n].of[kind].name),
                                call.sentence, "it gives no reason", code);
            break;
        }
    }
    return n;
}

static uint32_t count_of(const struct rv_patch_image *patch)
{
    uint32_t count;
    (void)files_of(patch, &count);
    return count;
}

int rv_hooks_pre_apply(struct rv_patch_image *patch, struct rv_detail *detail)
{
    uint32_t passed = run_pre(patch, RV_HOOK_PRE_APPLY, 0, detail);

    if (passed < count_of(patch)) {
        run_post(patch, RV_HOOK_POST_REVERT, passed, 0, RV_EHOOK);
        return RV_EHOOK;
    }
    patch->hooks = RV_HOOKS_READY;
    return 0;
}

void rv_hooks_give_up_apply(struct rv_patch_image *patch, int error)
{
    if (patch->hooks == RV_HOOKS_READY)
        run_post(patch, RV_HOOK_POST_REVERT, UINT32_MAX, 0, error);
    patch->hooks = RV_HOOKS_OVER;
}

int rv_hooks_pre_revert(struct rv_patch_image *patch, uint32_t id, struct rv_detail *detail)
{
    uint32_t passed = run_pre(patch, RV_HOOK_PRE_REVERT, id, detail);

    if (passed < count_of(patch)) {
        run_post(patch, RV_HOOK_POST_APPLY, passed, id, RV_EHOOK);
        return RV_EHOOK;
    }
    patch->hooks = RV_HOOKS_LEAVING;
    return 0;
}

void rv_hooks_give_up_revert(struct rv_patch_image *patch, uint32_t id, int error)
{
    run_post(patch, RV_HOOK_POST_APPLY, UINT32_MAX, id, error);
    patch->hooks = RV_HOOKS_IN_FORCE;
}

/* ---- post hooks, by what has become of the update ---- */

int rv_hooks_are_due(const struct rv_patch_image *patch, enum rv_update_state state)
{
    switch (state) {
    case RV_UPDATE_COMMITTED:
        return patch->hooks == RV_HOOKS_READY || patch->hooks == RV_HOOKS_LEAVING;
    case RV_UPDATE_REVERTED:
    case RV_UPDATE_ABORTED:
    case RV_UPDATE_ORPHANED:
        return patch->hooks != RV_HOOKS_OVER;
    default:
        return 0;
    }
}

void rv_hooks_run_due(struct rv_patch_image *patch, uint32_t id, enum rv_update_state state)
{
    patch->is_orphan = state == RV_UPDATE_ORPHANED;
    if (state == RV_UPDATE_COMMITTED)
        run_post(patch, RV_HOOK_POST_APPLY, UINT32_MAX, id,
                 patch->hooks == RV_HOOKS_LEAVING ? rv_move_reason() : 0);
    else if (!patch->is_orphan)
        run_post(patch, RV_HOOK_POST_REVERT, UINT32_MAX, id,
                 state == RV_UPDATE_ABORTED ? rv_move_reason() : 0);
    patch->hooks = state == RV_UPDATE_COMMITTED ? RV_HOOKS_IN_FORCE : RV_HOOKS_OVER;
}
