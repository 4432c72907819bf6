/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replace.c - see replace.h.
 */
#include "replace.h"
#include "revector/error.h"
#include "stage.h"
#include "update_list.h"

static int is_superseded(const struct rv_update *other, const struct rv_update *update)
{
    return other != update && other->image == update->image && other->state == RV_UPDATE_COMMITTED;
}

static uint64_t first_body(const struct rv_method *method)
{
    return (uintptr_t)RV_TARGET(const void, method->body);
}

/* No patch brings the program's own body as a new one. */
int rv_replace_is_back(const struct rv_change *change)
{
    return change->body == first_body(change->method);
}

static uint32_t count_superseded(const struct rv_update *update)
{
    uint32_t count = 0;

    for (const struct rv_update *other = rv_updates_locked(); other; other = other->next)
        if (is_superseded(other, update))
            count += other->count;
    return count;
}

/* `own` is the update without what is added here. */
static void add_backs(struct rv_update *update, const struct rv_update *own)
{
    for (const struct rv_update *other = rv_updates_locked(); other; other = other->next)
        for (uint32_t n = 0; is_superseded(other, update) && n < other->count; n++) {
            const struct rv_method *method = other->changes[n].method;
            if (!rv_update_change_locked(own, method))
                update->changes[update->count++] =
                    (struct rv_change){method, first_body(method), method->body_hash};
        }
}

int rv_replace_add(struct rv_update *update)
{
    const struct rv_update own = *update;
    const uint32_t room = own.count + count_superseded(update);
    struct rv_change *changes = rv_platform_alloc(room * sizeof(*changes));

    if (!changes)
        return RV_ENOMEM;
    for (uint32_t n = 0; n < own.count; n++)
        changes[n] = own.changes[n];
    update->changes = changes;
    update->capacity = room;
    add_backs(update, &own);
    rv_platform_free(own.changes, own.capacity * sizeof(*changes));
    rv_stage_sort(update);
    return 0;
}

void rv_replace_drop(struct rv_update *update)
{
    uint32_t kept = 0;

    for (uint32_t n = 0; n < update->count; n++)
        if (!rv_replace_is_back(&update->changes[n]))
            update->changes[kept++] = update->changes[n];
    update->count = kept;
}

void rv_replace_others(struct rv_update *update)
{
    for (struct rv_update *other = rv_updates_locked(); other; other = other->next)
        if (is_superseded(other, update)) {
            other->state = RV_UPDATE_REPLACED;
            other->reverted = rv_platform_time();
        }
    rv_replace_drop(update);
    update->replaces = 0; /* what comes later stacks on it as on any */
}
