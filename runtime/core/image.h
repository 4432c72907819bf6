/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.h - images that have registered, their unit numbers and leaf tables.
 *
 * An image's units get consecutive unit numbers, so a method's ID follows from
 * its record alone. Its leaf tables lie in its own read-only data; they are the
 * *base*: completed here, and never changed again but for those of `leaf` units.
 * An update of a `walk` unit replaces its table by a copy (update.h).
 *
 *   phase      calls              updates       ends when
 *   LIVE       translated         yes           the image's last destructor runs
 *   LEAVING    translated still   no            the loader has unmapped it: then
 *              (other destructors               its numbers are free again
 *              and, at exit, other
 *              threads still run)
 *   STRANGER   method fault, so   no            as above. Its records are of another
 *              first bodies                     ABI, or registering failed: `error`
 *
 * Everything here takes the core lock itself unless its name ends in _locked.
 */
#ifndef REVECTOR_IMAGE_H
#define REVECTOR_IMAGE_H

#include "revector/record.h"
#include "rv_platform.h"
#include "tablewalk/tw_format.h"
#include "window.h"

enum rv_image_phase {
    RV_IMAGE_LIVE,
    RV_IMAGE_LEAVING,
    RV_IMAGE_CHECKING, /* LEAVING, and a sweep is asking the platform about it */
    RV_IMAGE_GONE,     /* in no list any more; the sweep that has it in hand frees it */
    RV_IMAGE_STRANGER,
};

struct rv_image_state {
    struct rv_image_state *next; /* ascending first unit number; strangers first */
    const struct rv_image *image;
    struct rv_place place;
    struct rv_window relro;      /* slots and base tables */
    size_t state_size;           /* bytes of this struct with its array */
    uint32_t first;              /* unit number of units[0]; 0 for a stranger */
    uint32_t units, methods;
    uint32_t checked;            /* last sweep that asked whether it is gone */
    int error;                   /* why it is a stranger */
    int is_noted;                /* for the platform: it has seen this one. Core lock */
    enum rv_image_phase phase;
    uint64_t *base[];            /* per unit: slot 0 of its first leaf table */
};

/*
 * Calls `visit` for each image that is LIVE or a STRANGER, with the core lock held:
 * it may read, copy and stop (by returning non-zero, which is returned). While it
 * does, the image stays mapped; a stranger's records are not ours to read.
 */
int rv_images_each(int (*visit)(const struct rv_image_state *image, void *context), void *context);

/*
 * The method's ID. RV_EUNREGISTERED if its image has not registered, RV_EFIXED
 * if its calls are not translated. No lock: reads two words of the image.
 */
int rv_method_id(const struct rv_method *method, tw_id *id) __attribute__((warn_unused_result));

/*
 * Where a call of the method goes now, by the walk that calls do (no lock). The
 * fault entry's address if the image has not registered; the function itself
 * if it is fixed.
 */
uint64_t rv_method_target(const struct rv_method *method);

/*
 * The record with this ID and its image. RV_ENOMETHOD if there is none. The
 * record stays valid as long as the caller keeps the image loaded.
 */
int rv_method_find(tw_id id, const struct rv_method **method) __attribute__((warn_unused_result));

/*
 * The unit's method with this index, or a null pointer. No lock; looks at every
 * record of the image.
 */
const struct rv_method *rv_unit_method(const struct rv_unit *unit, uint32_t index);

/*
 * Numbers and memory of images that the loader has unmapped are free from now
 * on, and their updates end. Called by registration and by whoever collects
 * garbage; not from a constructor's caller that holds the core lock.
 */
void rv_images_sweep(void);

/* How many images are LEAVING: a sweep is worth while until there are none. */
size_t rv_images_leaving(void);

/* Where calls of the unit's methods begin; a null pointer if it has none. */
struct rv_slot *rv_image_slot(const struct rv_image_state *state, uint32_t unit);

/*
 * Makes the root writable, and what the image has of read-only slots and
 * tables; close takes it back. Under the core lock. RV_EPROTECT: nothing is open.
 */
int rv_image_open(struct rv_image_state *image) __attribute__((warn_unused_result));
void rv_image_close(struct rv_image_state *image);

/* The registered image that holds this address in its mapping, or a null pointer. */
struct rv_image_state *rv_image_at_locked(uintptr_t address);
struct rv_image_state *rv_images_locked(void); /* head of the list */

#endif
