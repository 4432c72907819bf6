/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linked.h - which pointers to a patch are the dynamic linker's own.
 *
 * It has them while the patch is loaded, and so they say nothing about whether the program has
 * one. Some are told by where they are, others by where they lead to, parts of an image that no
 * program has the address of, or by what is beside them. What the linker has freed still says
 * what it said, of an image that was in the same place: until somebody writes there, and then
 * it may be half of what it was. So what has been found is remembered, and the largest piece
 * is cleared.
 */
#ifndef REVECTOR_LINKED_H
#define REVECTOR_LINKED_H

#include "own.h"
#include "rv_platform.h"

struct link_map;

struct rv_linked {
    struct rv_range record;           /* of the linker's: up to its last pointer to the image */
    struct rv_range tables, dynamic;  /* of the image: from its headers on; .dynamic */
};

/*
 * Right after the image has been loaded, when nobody but the linker can have its address.
 * What cannot be found out is empty: then the patch stays loaded. In the gate.
 */
void rv_linked_note(const struct link_map *map, const struct rv_place *place,
                    struct rv_linked *linked);

/*
 * Right after it has been unloaded, in the same thread: clears the record, which the linker has
 * freed, if malloc hands its memory out again.
 */
void rv_linked_clear(const struct rv_linked *linked);

/*
 * Whether copy[n] is one of those; it was found at `where`. If so, it is one for all images to
 * come as long as it stays there. One thread at a time: the examiner.
 */
int rv_linked_has(const struct rv_linked *linked, const uintptr_t *copy, size_t n, uintptr_t where);

#endif
