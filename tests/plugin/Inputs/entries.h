/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entries.h - for tests: reads this image's records and changes entries by hand.
 *
 * Finds the tables from the records alone, as the runtime does, but without any
 * of its guarantees.
 */
#ifndef REVECTOR_TESTS_ENTRIES_H
#define REVECTOR_TESTS_ENTRIES_H

#include "runtime/include/revector/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef __cplusplus
#define ENTRIES_EXTERN extern "C"
#else
#define ENTRIES_EXTERN extern
#endif
#define ENTRIES_BOUND(symbol) __asm__(symbol) __attribute__((weak, visibility("hidden")))

ENTRIES_EXTERN const struct rv_method methods_begin[] ENTRIES_BOUND("__start_rv_methods");
ENTRIES_EXTERN const struct rv_method methods_end[] ENTRIES_BOUND("__stop_rv_methods");
ENTRIES_EXTERN const struct rv_data data_begin[] ENTRIES_BOUND("__start_rv_data");
ENTRIES_EXTERN const struct rv_data data_end[] ENTRIES_BOUND("__stop_rv_data");

static inline const char *method_name(const struct rv_method *method)
{
    return RV_TARGET(const char, method->name);
}

static inline const struct rv_method *find_method(const char *name)
{
    for (const struct rv_method *method = methods_begin; method < methods_end; ++method)
        if (!strcmp(method_name(method), name))
            return method;
    fprintf(stderr, "no record of method %s\n", name);
    exit(99);
}

static inline const struct rv_data *find_data(const char *name)
{
    for (const struct rv_data *data = data_begin; data < data_end; ++data)
        if (!strcmp(RV_TARGET(const char, data->name), name))
            return data;
    fprintf(stderr, "no record of variable %s\n", name);
    exit(99);
}

static inline void *data_address(const struct rv_data *data)
{
    void *target = RV_TARGET(void, data->address);
    return data->flags & RV_DATA_ACCESSOR ? ((void *(*)(void))target)() : target;
}

/* The entry that calls of the method go through, by this thread. */
static inline uint64_t *entry_of(const struct rv_method *method)
{
    const struct rv_unit *unit = RV_TARGET(const struct rv_unit, method->unit);
    return (uint64_t *)RV_TARGET(struct rv_slot, unit->slot)->leaf + method->index;
}

/* From the next call on, the method is `body`. */
static inline void replace_method(const char *name, void *body)
{
    uint64_t *entry = entry_of(find_method(name));
    void *page = (void *)((uintptr_t)entry & ~(uintptr_t)4095);
    if (mprotect(page, 4096, PROT_READ | PROT_WRITE)) {
        perror("mprotect");
        exit(99);
    }
    *(volatile uint64_t *)entry = (uint64_t)body;
}

#endif
