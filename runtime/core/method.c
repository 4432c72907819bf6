/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * method.c - from a record to its ID and target, and from an ID to its record.
 */
#include "image.h"
#include "revector/error.h"
#include "root.h"

/* The unit's slot in the root, or a null pointer before registration. */
static const uint64_t *slot_of(const struct rv_method *method)
{
    const struct rv_unit *unit = RV_TARGET(const struct rv_unit, method->unit);
    const uint64_t *word = unit ? RV_TARGET(const uint64_t, unit->slot) : NULL;
    uint64_t slot = word ? tw_load_consume(word) : 0;

    if (slot <= (uintptr_t)rv_root || slot >= (uintptr_t)(rv_root + RV_UNITS_MAX))
        return NULL;
    return (const uint64_t *)(uintptr_t)slot;
}

int rv_method_id(const struct rv_method *method, tw_id *id)
{
    const uint64_t *slot;

    if (method->flags & RV_METHOD_FIXED)
        return RV_EFIXED;
    slot = slot_of(method);
    if (!slot)
        return RV_EUNREGISTERED;
    *id = (tw_id)(slot - rv_root) << 12 | method->index;
    return 0;
}

uint64_t rv_method_target(const struct rv_method *method)
{
    const uint64_t *slot = slot_of(method);

    if (method->flags & RV_METHOD_FIXED)
        return (uintptr_t)RV_TARGET(const void, method->entry);
    if (!slot)
        return rv_space.fault;
    return tw_load_consume((const uint64_t *)(uintptr_t)tw_load_consume(slot) + method->index);
}

static const struct rv_method *find_in(const struct rv_image_state *state, tw_id id)
{
    const struct rv_image *image = state->image;
    const struct rv_unit *unit = &image->units[(id >> 12) - state->first];

    for (const struct rv_method *m = image->methods; m < image->methods_end; m++)
        if (RV_TARGET(const struct rv_unit, m->unit) == unit && m->index == (id & 0xfff) &&
            !(m->flags & RV_METHOD_FIXED))
            return m;
    return NULL;
}

int rv_method_find(tw_id id, const struct rv_method **method)
{
    const uint32_t number = id >> 12;
    const struct rv_method *found = NULL;

    rv_platform_lock();
    for (const struct rv_image_state *state = rv_images_locked(); state; state = state->next)
        if (state->phase == RV_IMAGE_LIVE && number >= state->first &&
            number < state->first + state->units)
            found = find_in(state, id);
    rv_platform_unlock();
    if (!found)
        return RV_ENOMETHOD;
    *method = found;
    return 0;
}
