/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.c - the method fault: a call went through an entry that is not present.
 *
 * Runs in the calling thread, wherever it is, also in signal handlers and before
 * any constructor; so it takes no lock and allocates nothing. It reads only what
 * every version of the records has in the same place: struct rv_slot, struct
 * rv_method up to `flags`, struct rv_unit up to `leaf`, and the bounds of the
 * methods in struct rv_image.
 */
#include "revector/record.h"
#include "arch.h"
#include "image.h"
#include "root.h"
#include "rv_platform.h"

/* Appends `text` to the `at` bytes that are in `line` already, cutting what does not fit. */
static size_t append(char *line, size_t size, size_t at, const char *text)
{
    while (*text && at + 1 < size)
        line[at++] = *text++;
    line[at] = '\0';
    return at;
}

static _Noreturn void not_present(const struct rv_method *method)
{
    char line[512];
    const char *name = method ? RV_TARGET(const char, method->name) : 0;
    size_t at = append(line, sizeof(line), 0, "method ");

    at = append(line, sizeof(line), at, name ? name : "without a name");
    append(line, sizeof(line), at, " was called, but its table entry is not present");
    rv_platform_panic(line);
}

static int is_fault(const struct rv_unit *unit, uint32_t index, uint64_t entry)
{
    const struct rv_method *method;

    if (entry == (uintptr_t)rv_fault_thunks + (uint64_t)index * RV_ARCH_FAULT_STEP)
        return 1;
    if (!unit || !unit->leaf)
        return 0;
    method = rv_unit_method(unit, index);
    return method && entry == (uintptr_t)RV_TARGET(const void, method->fault);
}

/* The unit number of a slot in this thread's root; 0: a boot slot. */
static uint32_t unit_number(const uint64_t *slot)
{
    uintptr_t distance = (uintptr_t)slot - (uintptr_t)rv_platform_view() - (uintptr_t)rv_root;
    return distance < RV_UNITS_MAX * sizeof(uint64_t) ? (uint32_t)(distance / sizeof(uint64_t)) : 0;
}

/*
 * The process is about to end: the list of images is read without its lock, which
 * this thread may be holding.
 */
static const struct rv_method *method_for_last_words(const struct rv_unit *unit,
                                                     const uint64_t *slot, uint32_t index)
{
    return unit ? rv_unit_method(unit, index)
                : rv_method_find_locked(unit_number(slot) << 12 | index);
}

/*
 * Order: the slot word is loaded before the slot that it leads to, by dependency;
 * publish() in image.c stores them the other way round. So whoever sees that a
 * unit is registered sees its leaf table too.
 */
uint64_t rv_fault_handle(const uint64_t *slot, uint32_t index)
{
    const struct rv_unit *unit = 0;
    uint64_t leaf, entry;

    if (!unit_number(slot)) {
        const struct rv_slot *start =
            (const struct rv_slot *)((uintptr_t)slot - offsetof(struct rv_slot, boot));
        unit = RV_TARGET(const struct rv_unit, start->unit);
        slot = (const uint64_t *)(uintptr_t)tw_load_consume(&start->word);
        if (slot == &start->boot) {
            const struct rv_method *method = rv_unit_method(unit, index);
            if (!method)
                not_present(method);
            return (uintptr_t)RV_TARGET(const void, method->body);
        }
    }
    leaf = tw_load_consume(slot);
    entry = leaf ? tw_load_consume((const uint64_t *)(uintptr_t)leaf + index) : 0;
    if (!entry || is_fault(unit, index, entry))
        not_present(method_for_last_words(unit, slot, index));
    return entry;
}
