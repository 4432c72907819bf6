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
    const struct rv_slot *start = unit ? RV_TARGET(const struct rv_slot, unit->slot) : NULL;

    return start ? (const uint64_t *)(uintptr_t)tw_load_consume(&start->directory) : NULL;
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
        return tw_fault_entry(&rv_space, method->index);
    return tw_load_consume((const uint64_t *)(uintptr_t)tw_load_consume(slot) + method->index);
}

const struct rv_method *rv_unit_method(const struct rv_unit *unit, uint32_t index)
{
    const struct rv_image *image = RV_TARGET(const struct rv_image, unit->image);

    for (const struct rv_method *m = image->methods; m < image->methods_end; m++)
        if (m->index == index && !(m->flags & RV_METHOD_FIXED) &&
            RV_TARGET(const struct rv_unit, m->unit) == unit)
            return m;
    return NULL;
}

static const struct rv_method *find_locked(tw_id id)
{
    const uint32_t number = id >> 12;

    for (const struct rv_image_state *state = rv_images_locked(); state; state = state->next)
        if (state->phase == RV_IMAGE_LIVE && number >= state->first &&
            number < state->first + state->units)
            return rv_unit_method(&state->image->units[number - state->first], id & 0xfff);
    return NULL;
}

int rv_method_find(tw_id id, const struct rv_method **method)
{
    const struct rv_method *found;

    rv_platform_lock();
    found = find_locked(id);
    rv_platform_unlock();
    if (!found)
        return RV_ENOMETHOD;
    *method = found;
    return 0;
}
