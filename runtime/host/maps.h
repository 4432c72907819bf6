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

/* What a mapping is, as far as its line tells. */
enum rv_mapping_kind {
    RV_MAPPING_MEMORY, /* anonymous, or of a file */
    RV_MAPPING_STACK,  /* the initial thread's */
    RV_MAPPING_DEVICE, /* reading may have an effect */
    RV_MAPPING_KERNEL, /* the kernel's own pages for every process */
};

struct rv_mapping {
    uintptr_t start, end;
    int is_data;          /* readable and writable */
    /* Only in the list: */
    int is_closed;        /* nobody may do anything with it: a guard, or kept free */
    int is_shared;        /* with other processes, or with children of this one */
    int is_written;       /* may be written to here, or may have been before */
    enum rv_mapping_kind kind;
};

struct rv_maps {
    int fd;                 /* /proc/thread-self/maps */
    struct rv_mapping *all; /* ascending; see own.h */
    size_t count, capacity;
};

/* RV_EUNREADABLE. rv_maps_close() in any case. */
int rv_maps_open(struct rv_maps *maps) __attribute__((warn_unused_result));
void rv_maps_close(struct rv_maps *maps);

/* Leaves the list only. */
void rv_maps_close_file(struct rv_maps *maps);

/*
 * The end of the readable and writable memory that goes on without a gap from
 * `address`, which may be several mappings; 0: there is none at `address`. True at
 * some moment during the call. RV_EUNREADABLE, RV_ENOMEM.
 */
int rv_maps_run_end(struct rv_maps *maps, uintptr_t address, uintptr_t *end)
    __attribute__((warn_unused_result));

/* Reads all mappings into the list. RV_EUNREADABLE, RV_ENOMEM. */
int rv_maps_list(struct rv_maps *maps) __attribute__((warn_unused_result));

#endif
