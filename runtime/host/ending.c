/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ending.c - see ending.h.
 */
#include "ending.h"
#include "gate.h"
#include "loader.h"
#include "settle.h"
#include "tablewalk/tw_atomic.h"
#include "update.h"

/* Published last, so that a fork sees a whole one. */
static struct rv_ending *awaited;

static int find_state(const struct rv_update *update, void *context)
{
    struct rv_update_info *info = context;

    if (update->id != info->id)
        return 0;
    info->state = (uint32_t)update->state;
    return 1;
}

/* Not there any more: it was reverted or given up, and has been forgotten. */
enum rv_update_state rv_host_state(uint32_t id)
{
    struct rv_update_info info = {.id = id, .state = RV_UPDATE_ABORTED};

    rv_updates_each(find_state, &info);
    return (enum rv_update_state)info.state;
}

/*
 * The target stays loaded until the update is no longer under way. Its hooks come first: what
 * they do not survive is not kept for the next start, and they belong to what has its mark.
 */
void rv_ending_reached(void *context)
{
    struct rv_ending *ending = context;

    tw_store_pointer_release(&awaited, NULL);
    rv_settle_hooks();
    if (ending->pin) {
        rv_gate_enter();
        rv_loader_unpin(ending->pin);
        rv_gate_leave();
    }
    ending->ended(ending, ending->id, rv_host_state(ending->id));
}

void rv_ending_await(struct rv_ending *ending, uint32_t id, void *pin)
{
    ending->id = id;
    ending->pin = pin;
    tw_store_pointer_release(&awaited, ending);
}

/* If the core has not settled it, it goes on as the parent's does. */
void rv_ending_in_child(void)
{
    struct rv_ending *ending = tw_load_pointer_acquire(&awaited);

    awaited = NULL;
    if (ending && rv_host_state(ending->id) >= RV_UPDATE_COMMITTED)
        ending->ended(ending, ending->id, rv_host_state(ending->id));
}
