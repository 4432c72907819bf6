/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.c - the method fault: a call went through an entry that is not present.
 *
 * Runs in the calling thread, wherever it is, also in signal handlers and before
 * any constructor; so it takes no lock and allocates nothing. It reads only what
 * every version of the records has in the same place: struct tw_table, struct
 * rv_slot, struct rv_method up to `flags`, the first field of struct rv_unit, and the
 * bounds of the methods in struct rv_image.
 */
#include "revector/record.h"
#include "arch.h"
#include "image.h"
#include "root.h"
#include "rv_platform.h"
#include "transition.h"

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

/* A `leaf` unit's calls do not say which table they use; its entries have thunks that do. */
static int is_fault(const struct rv_unit *unit, uint32_t index, uint64_t entry)
{
    const struct rv_method *method;

    if (entry == (uintptr_t)rv_fault_thunks + (uint64_t)index * RV_ARCH_FAULT_STEP)
        return 1;
    if (!(unit->flags & RV_UNIT_LEAF))
        return 0;
    method = rv_unit_method(unit, index);
    return method && entry == (uintptr_t)RV_TARGET(const void, method->fault);
}

/* The entry as the process's root has it, from the unit's directory slot. */
static uint64_t entry_of(uint64_t directory, uint32_t index)
{
    const uint64_t leaf = tw_load_consume((const uint64_t *)(uintptr_t)directory);

    return tw_load_consume((const uint64_t *)(uintptr_t)leaf + index);
}

static uint64_t first_body(const struct rv_unit *unit, uint32_t index)
{
    const struct rv_method *method = rv_unit_method(unit, index);

    if (!method)
        not_present(method);
    return (uintptr_t)RV_TARGET(const void, method->body);
}

/*
 * The stub loaded the table's address, and this load depends on it. The other half is in
 * set_word of stage.c. The thread sanitizer does not see what stubs load.
 */
__attribute__((no_sanitize("thread"))) static const struct rv_slot *slot_of(const uint64_t *leaf)
{
    const struct tw_table *table = (const struct tw_table *)leaf - 1;

    return (const struct rv_slot *)(uintptr_t)table->owner;
}

/*
 * As after a miss in an MMU's caches: the call used the leaf table that the process
 * agrees on. Where threads differ the transition decides; else the directory has it,
 * if the fault was overtaken by a commit. Order: see publish() in image.c.
 */
uint64_t rv_fault_handle(const uint64_t *leaf, uint32_t index)
{
    const struct rv_slot *slot = slot_of(leaf);
    const struct rv_unit *unit = RV_TARGET(const struct rv_unit, slot->unit);
    const uint64_t directory = tw_load_consume(&slot->directory);
    uint64_t target;

    if (!directory)
        return first_body(unit, index);
    target = rv_transition_target(slot, index);
    if (target)
        return target;
    target = entry_of(directory, index);
    if (is_fault(unit, index, target))
        not_present(rv_unit_method(unit, index));
    return target;
}
