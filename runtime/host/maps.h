/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps.h - the process's memory mappings, as the kernel tells them.
 *
 * For the reclaimer, one thread at a time.
 */
#ifndef REVECTOR_MAPS_H
#define REVECTOR_MAPS_H

#include <stddef.h>
#include <stdint.h>

struct rv_mapping {
    uintptr_t start, end;
    int readable, writable;
};

struct rv_maps {
    struct rv_mapping *all; /* ascending */
    size_t count, capacity;
};

/* Reads /proc/self/maps. RV_EUNREADABLE, RV_ENOMEM. rv_maps_free() in any case. */
int rv_maps_read(struct rv_maps *maps) __attribute__((warn_unused_result));
void rv_maps_free(struct rv_maps *maps);

/*
 * The end of the readable and writable memory that goes on without a gap from
 * `address`, which may be several mappings; 0: there is none at `address`.
 */
uintptr_t rv_maps_run_end(const struct rv_maps *maps, uintptr_t address);

#endif
