/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow.h - data that a patch attaches to objects which exist already.
 *
 * A new field cannot be put into live objects; this is where it goes instead. The idea
 * is that of the Linux kernel's klp_shadow functions; here an id is not a number but the
 * address of a variable, so those of two patches never meet, and it says how its data is
 * made and unmade:
 *
 *   static struct rv_shadow_id quota = {.size = sizeof(struct quota), .destroy = drop_quota};
 *
 *   struct quota *q = rv_shadow_get_or_alloc(session, &quota, NULL);
 *
 * Who frees it:
 *   with the object  the patched function that frees the object calls rv_shadow_free();
 *                    else an object that is allocated later at the same address has it.
 *   with the patch   data of an id that is a variable of a patch goes when the patch's code
 *                    does: after post_revert, once no thread can be in that code.
 *   an id of the program or of a library: nobody else; rv_shadow_free_all() does.
 *
 * Any thread, not from signal handlers. No lock is held while create and destroy run. What
 * is returned stays where it is until it is freed; that nobody frees what another thread
 * uses is the caller's care, as with the object itself.
 */
#ifndef REVECTOR_SHADOW_H
#define REVECTOR_SHADOW_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One kind of data: a variable with static storage, in the patch or in the program. */
struct rv_shadow_id {
    size_t size; /* bytes for each object; may be 0, then the data only is there or not */
    /*
     * Makes `data`, which is zeroed and aligned for any type; null: zeroes will do. Not 0:
     * it could not, and nothing is attached. Of two threads that attach to one object at
     * once, the later one's data is destroyed again before anybody has seen it.
     */
    int (*create)(const void *object, void *data, void *context);
    /* Before `data` is freed; may be null. `object` may have been freed already. */
    void (*destroy)(const void *object, void *data);
};

#pragma GCC visibility push(default)

/* The data of this id at `object`, or a null pointer if there is none. */
void *rv_shadow_get(const void *object, const struct rv_shadow_id *id);

/*
 * The same, attached now if there is none; `context` is passed to create. A null pointer:
 * there is no memory (errno ENOMEM), or create failed (errno as that has left it).
 */
void *rv_shadow_get_or_alloc(const void *object, const struct rv_shadow_id *id, void *context);

/* Detaches and frees; nothing happens where there is none. */
void rv_shadow_free(const void *object, const struct rv_shadow_id *id);

/* The same for all objects; what is attached meanwhile may stay. */
void rv_shadow_free_all(const struct rv_shadow_id *id);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
