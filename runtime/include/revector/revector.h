/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * revector.h - what a program may ask of the runtime inside it.
 *
 * No program needs this header: an instrumented program is updated from outside
 * by `revector apply`. It is for programs that want to apply updates to
 * themselves, to show them, or to keep the agent out.
 *
 * Environment: see revector(1). REVECTOR_KEY and REVECTOR_UPDATES hold for this API too,
 * REVECTOR=off does not.
 *
 * Functions return 0 or a negative code of error.h and may be called from any
 * thread, but not from a signal handler. Structs that begin with `size` must
 * have it set to sizeof the struct by the caller.
 */
#ifndef REVECTOR_REVECTOR_H
#define REVECTOR_REVECTOR_H

#include "revector/error.h"
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * For a function's declaration. METHOD keeps every call of it a call through the
 * table, FIXED leaves the function and its calls alone. LOOP, before for, while or
 * do, makes each turn of that loop a call through the table. Compilers without the
 * plugin ignore them in silence.
 */
#if defined(__has_attribute)
#if __has_attribute(revector_method)
#define REVECTOR_METHOD __attribute__((revector_method))
#define REVECTOR_FIXED  __attribute__((revector_fixed))
#define REVECTOR_LOOP   __attribute__((revector_loop))
#endif
#endif
#ifndef REVECTOR_METHOD
#define REVECTOR_METHOD
#define REVECTOR_FIXED
#define REVECTOR_LOOP
#endif

#pragma GCC visibility push(default)

/* "0.1.0"; static storage. */
const char *rv_version(void);

/*
 * No agent from now on, also in children of a fork: ends its thread and its
 * socket. Updates that are in force stay. Not undone by anything.
 */
void rv_agent_disable(void);

enum rv_apply_flags {
    RV_APPLY_DRY_RUN = 1u << 0, /* everything but the commit */
    RV_APPLY_REPLACE = 1u << 3, /* supersedes all updates of the image that are in force */
    RV_APPLY_ONCE = 1u << 4,    /* not again at the next start, see REVECTOR_UPDATES */
};

enum rv_apply_consistency {
    RV_APPLY_PER_THREAD, /* no thread runs old and new functions mixed: each moves by itself */
    RV_APPLY_PER_CALL,   /* at once: each call is old or new */
    /*
     * No thread runs an old function once any runs a new one: who calls one waits until all
     * have left the old ones.
     */
    RV_APPLY_PER_PROCESS,
};

#define RV_PROBATION_NONE UINT32_MAX

struct rv_apply_options {
    size_t size;
    uint32_t consistency; /* enum rv_apply_consistency */
    uint32_t flags;       /* enum rv_apply_flags */
    uint32_t timeout_ms;  /* not PER_CALL: after that it is given up; 0: 5,000 */
    /*
     * If new code crashes that long after it came into force, it is taken back from all other
     * threads, and not kept; 0: 10,000. See "Probation" in revector(1).
     */
    uint32_t probation_ms;
    const char *name;     /* of the update; null: the file's base name */
    char *detail;         /* null, or where the names for a refusal's sentence go */
    size_t detail_size;
    const void *signature; /* minisign's text; null: what is in the file PATH.minisig, if any */
    size_t signature_size;
};

/*
 * Applies the patch file at `path` to this process; `options` may be null: all 0.
 * On success *update, if not null, is the update's number (0 after a dry run).
 * On refusal nothing has changed. All but PER_CALL return when all threads have moved, the
 * calling one too: it must not be inside a function that is replaced. RV_EMOVETIME: some
 * could not, and the others go back.
 */
int rv_apply(const char *path, const struct rv_apply_options *options, uint32_t *update)
    __attribute__((warn_unused_result));

/*
 * Takes an update back; 0: all of them, the newest first. Updates may be reverted in
 * any order. Of `options`, which may be null, consistency, timeout and detail count.
 */
int rv_revert(uint32_t update, const struct rv_apply_options *options)
    __attribute__((warn_unused_result));

struct rv_update_info {
    size_t size;
    uint32_t id;
    uint32_t state;     /* enum rv_update_status */
    uint32_t methods;   /* replaced */
    uint32_t garbage;   /* pieces of memory that threads may still be using */
    uint64_t committed; /* nanoseconds since 1970 */
    uint64_t reverted;  /* 0: in force */
    const char *name;
};

enum rv_update_status {
    RV_STATUS_MOVING = 3,    /* threads are coming to it, or leaving it */
    RV_STATUS_RETURNING = 4, /* given up; threads go back */
    RV_STATUS_COMMITTED = 5,
    RV_STATUS_REVERTED = 6,
    RV_STATUS_ABORTED = 7, /* never came into force */
    RV_STATUS_ORPHANED = 8,
    RV_STATUS_REPLACED = 9, /* by a later one, with RV_APPLY_REPLACE */
};

struct rv_method_info {
    size_t size;
    uint32_t id;       /* method ID; 0: fixed, or its image has not registered */
    uint32_t versions; /* committed updates that replace it */
    const char *name;
    const char *source;
    const void *entry;  /* &f */
    const void *target; /* where a call goes now */
};

/*
 * Calls `visit` for each update, oldest first, or each method of every image.
 * It may not call back into this API; what it is given is gone when it returns.
 * A non-zero result ends the tour and is returned.
 */
int rv_each_update(int (*visit)(const struct rv_update_info *info, void *context), void *context);
int rv_each_method(int (*visit)(const struct rv_method_info *info, void *context), void *context);

/*
 * Frees at once what reverted updates left and no thread can be using, and no pointer is
 * saved to; else the agent does it, in time. All memory is searched before it returns, unless
 * REVECTOR_SEARCH=off is in the environment. Returns how many pieces are still in use.
 */
size_t rv_reclaim(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
