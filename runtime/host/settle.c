/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settle.c - see settle.h. Code is retired only after its post hooks have run.
 */
#include "settle.h"
#include "garbage.h"
#include "gate.h"
#include "hooks.h"
#include "host.h"
#include "revector/error.h"
#include "shadow.h"
#include "tablewalk/tw_atomic.h"

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

void rv_settle_unload(void *owner)
{
    struct rv_patch_image *patch = owner;

    rv_gate_leave(); /* the author's functions may do what must not be done in there */
    rv_shadow_free_within(patch->place.start, patch->place.end, !patch->is_orphan);
    rv_gate_enter();
    rv_loader_unload(patch);
}

static void retire(uint32_t id, struct rv_patch_image *patch)
{
    struct rv_garbage *node = patch->garbage;
    patch->garbage = NULL;
    rv_garbage_retire_code(node, patch->place.start, patch->place.end, id, rv_settle_unload, patch);
}

/* ---- what an apply has in hand ---- */

static struct {
    void *pin;
    struct rv_patch_image *patch;
} hand;

void rv_settle_hold_target(void *pin)
{
    void *before = hand.pin;

    tw_store_pointer_release(&hand.pin, pin);
    rv_loader_unpin(before);
}

void rv_settle_hold_patch(struct rv_patch_image *patch)
{
    tw_store_pointer_release(&hand.patch, patch);
}

static int is_owner(const struct rv_update *update, void *patch)
{
    return update->owner == patch;
}

static void unload_and_forget(void *patch)
{
    rv_settle_unload(patch);
    rv_loader_forget(patch);
}

/* The thread that forked may be in a hook of it, so it is looked at as other code is. */
static void drop_patch(struct rv_patch_image *patch)
{
    struct rv_garbage *node = patch->garbage;

    rv_hooks_give_up_apply(patch, RV_EFORK);
    patch->garbage = NULL;
    rv_garbage_retire_code(node, patch->place.start, patch->place.end, 0, unload_and_forget, patch);
}

/* Nobody is in the middle of an apply, since the caller has the operation lock. */
static void empty_hand(void)
{
    struct rv_patch_image *patch = hand.patch;

    rv_settle_hold_patch(NULL);
    if (patch && !rv_updates_each(is_owner, patch))
        drop_patch(patch);
    if (!hand.pin || rv_host_is_moving())
        return;
    rv_gate_enter();
    rv_settle_hold_target(NULL);
    rv_gate_leave();
}

/* ---- what updates leave ---- */

struct due {
    struct rv_patch_image *patch;
    uint32_t id;
    enum rv_update_state state;
};

static int find_due(const struct rv_update *update, void *context)
{
    struct due *due = context;

    if (!update->owner || !rv_hooks_are_due(update->owner, update->state))
        return 0;
    *due = (struct due){update->owner, update->id, update->state};
    return 1;
}

void rv_settle_hooks(void)
{
    struct due due;

    while (rv_updates_each(find_due, &due))
        rv_hooks_run_due(due.patch, due.id, due.state);
}

void rv_settle_locked(void)
{
    struct settling settling = {.count = 0};

    empty_hand();
    rv_settle_hooks();
    rv_updates_each(note_ended, &settling);
    for (size_t n = 0; n < settling.count; n++)
        if (!settling.all[n].collected)
            retire(settling.all[n].id, settling.all[n].patch);
        else if (rv_update_forget(settling.all[n].id) == 0)
            rv_loader_forget(settling.all[n].patch);
}
