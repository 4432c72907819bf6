/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ending.c - see ending.h.
 */
#include "ending.h"
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

static int is_moving(const struct rv_update *update, void *context)
{
    (void)context;
    return rv_update_is_moving(update);
}

int rv_host_is_moving(void)
{
    return rv_updates_each(is_moving, NULL);
}

/* Not there any more: it was reverted or given up, and has been forgotten. */
enum rv_update_state rv_host_state(uint32_t id)
{
    struct rv_update_info info = {.id = id, .state = RV_UPDATE_ABORTED};

    rv_updates_each(find_state, &info);
    return (enum rv_update_state)info.state;
}

void rv_ending_await(struct rv_ending *ending, uint32_t id)
{
    ending->id = id;
    tw_store_pointer_release(&awaited, ending);
}

void rv_ending_forget(void)
{
    tw_store_pointer_release(&awaited, NULL);
}

/* A fork in the middle of it leaves it to the child to do that from the beginning. */
static void tell(struct rv_ending *ending)
{
    ending->ended(ending, ending->id, rv_host_state(ending->id));
    rv_ending_forget();
}

/*
 * Its hooks come first: what they do not survive is not kept for the next start, and they
 * belong to what has its mark.
 */
void rv_ending_reached(void *context)
{
    rv_settle_hooks();
    tell(context);
}

/* Hooks are left to whoever settles next: this is in the middle of the program's fork. */
void rv_ending_in_child(void)
{
    struct rv_ending *ending = tw_load_pointer_acquire(&awaited);

    if (ending && !rv_host_is_moving())
        tell(ending);
}
