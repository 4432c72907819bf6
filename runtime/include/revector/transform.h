/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transform.h - for the source of a patch: how the live objects of a type whose layout it
 * changes become objects of the new layout. docs/state.md has the rules and an example.
 *
 *   struct session_was {... as it is in the running program ...};
 *   REVECTOR_TRANSFORM(struct session, struct session_was, .walk = walk, .convert = convert,
 *                      .point = point, .allocate = malloc, .release = free);
 *
 * When no thread is in a function that knows the type, and all that call one wait:
 *
 *   walk     finds each object by the old layout; a call of rv_transform_object for each
 *   convert  is called by that: fills in a new object from the old one, which stays as it is
 *   point    if objects have moved: puts the new addresses wherever the old ones are
 *
 * walk and convert may refuse, by what is not 0; then nothing has changed. They write to
 * nothing but the new objects. point cannot fail, and runs with a lock of the runtime held:
 * it changes pointers, and calls nothing but rv_transform_moved. If the new layout needs no
 * more room than the old one, objects stay where they are and point is not needed; else they
 * come from allocate, and the old ones go to release afterwards. The functions with _back
 * do the same on the way back, from new to old; without them a revert is refused.
 *
 * No other thread is in a function that knows the type, but one may have a lock in hand: take
 * none. The functions run where hooks do (patch.h). They may not call functions of the
 * program that know the type: those are on neither side now.
 */
#ifndef REVECTOR_TRANSFORM_H
#define REVECTOR_TRANSFORM_H

#include "revector/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rv_transform; /* one way, of one type; valid until the function returns */

#if defined(__has_attribute)
#if __has_attribute(revector_pre_apply)
#define REVECTOR_WAS_MARK __attribute__((annotate("revector_was")))
#endif
#endif
#ifndef REVECTOR_WAS_MARK
#define REVECTOR_WAS_MARK
#endif

#define REVECTOR_JOIN_(a, b)  a##b
#define REVECTOR_JOIN(a, b)   REVECTOR_JOIN_(a, b)
#define REVECTOR_UNIQUE(name) REVECTOR_JOIN(name, __COUNTER__)

/*
 * In the file of a patch that has no transformer of `type`, because another one has it, but
 * knows the type: best beside its definition in a header.
 */
#define REVECTOR_WAS(type, old)                                                                    \
    struct REVECTOR_WAS_MARK REVECTOR_UNIQUE(rv_was_) {                                            \
        type *rv_now;                                                                              \
        old *rv_then;                                                                              \
    }

/* At file scope. What follows are initialisers of the fields below, by name. */
#define REVECTOR_TRANSFORM(type, old, ...)                                                         \
    __attribute__((unused)) static const struct REVECTOR_WAS_MARK REVECTOR_UNIQUE(rv_was_) {       \
        type *rv_now;                                                                              \
        old *rv_then;                                                                              \
        int (*walk)(struct rv_transform * transform);                                              \
        int (*convert)(struct rv_transform * transform, const old *from, type *to);                \
        void (*point)(struct rv_transform * transform);                                            \
        int (*walk_back)(struct rv_transform * transform);                                         \
        int (*convert_back)(struct rv_transform * transform, const type *from, old *to);           \
        void (*point_back)(struct rv_transform * transform);                                       \
        void *(*allocate)(unsigned long size);                                                     \
        void (*release)(void *object);                                                             \
    } REVECTOR_UNIQUE(rv_transform_) = {__VA_ARGS__}

#pragma GCC visibility push(default)

/*
 * In walk: converts one object; a null pointer, or one that was converted already, is none.
 * 0, or what walk has to return: there is no memory, or convert has refused.
 */
int rv_transform_object(struct rv_transform *transform, const void *object);

/* In point: where the object is now; what was not converted, where it was. */
void *rv_transform_moved(struct rv_transform *transform, const void *object);

/* In walk and convert, for their return: `code`, or -1 if that is 0, and the reason. */
int rv_transform_refuse(struct rv_transform *transform, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
