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
    int is_data; /* readable and writable */
};

struct rv_maps {
    int fd;                 /* /proc/self/maps */
    struct rv_mapping *all; /* ascending; only where the kernel cannot be asked for one */
    size_t count, capacity;
};

/* RV_EUNREADABLE. rv_maps_close() in any case. */
int rv_maps_open(struct rv_maps *maps) __attribute__((warn_unused_result));
void rv_maps_close(struct rv_maps *maps);

/*
 * The end of the readable and writable memory that goes on without a gap from
 * `address`, which may be several mappings; 0: there is none at `address`. True at
 * some moment during the call. RV_EUNREADABLE, RV_ENOMEM.
 */
int rv_maps_run_end(struct rv_maps *maps, uintptr_t address, uintptr_t *end)
    __attribute__((warn_unused_result));

#endif
