/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.c - the method fault: a call went through an entry that is not present.
 *
 * Runs in the calling thread, wherever it is, also in signal handlers and before
 * any constructor; so it takes no lock and allocates nothing. It reads only what
 * every version of the records has in the same place: the first four fields of
 * struct rv_method and the first two of struct rv_unit.
 */
#include "revector/record.h"
#include "arch.h"
#include "root.h"
#include "rv_platform.h"

static const struct rv_unit *unit_of(const struct rv_method *method)
{
    return RV_TARGET(const struct rv_unit, method->unit);
}

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
    const char *name = RV_TARGET(const char, method->name);
    size_t at = append(line, sizeof(line), 0, "method ");

    at = append(line, sizeof(line), at, name ? name : "without a name");
    append(line, sizeof(line), at, " was called, but its table entry is not present");
    rv_platform_panic(line);
}

/*
 * Order: the slot word is loaded before the slot that it leads to, by dependency;
 * publish() in image.c stores them the other way round. So whoever sees that a
 * unit is registered sees its leaf table too.
 */
uint64_t rv_fault_handle(const struct rv_method *method)
{
    const struct rv_unit *unit = unit_of(method);
    const uint64_t *word = unit ? RV_TARGET(const uint64_t, unit->slot) : 0;
    uint64_t slot = word ? tw_load_consume(word) : 0;
    uint64_t leaf, entry;

    if (!slot || slot == (uintptr_t)rv_root)
        return (uintptr_t)RV_TARGET(const void, method->body);
    leaf = tw_load_consume((const uint64_t *)(uintptr_t)slot);
    if (!leaf)
        not_present(method);
    entry = tw_load_consume((const uint64_t *)(uintptr_t)leaf + method->index);
    if (entry == (uintptr_t)rv_fault_entry || entry == (uintptr_t)RV_TARGET(const void, method->fault))
        not_present(method);
    return entry;
}
