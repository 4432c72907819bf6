/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patch.h - for the source of a patch: hooks, functions that run when it is applied
 * or taken back. docs/state.md has the rules and a worked example; data that is to
 * hang on objects which exist already is in shadow.h.
 *
 *   REVECTOR_PRE_APPLY static int no_file_is_open(struct rv_hook *hook)
 *   {
 *       return open_files ? rv_hook_refuse(hook, 1, "%d files are open", open_files) : 0;
 *   }
 *
 *   apply    pre_apply   -> threads move -> post_apply
 *                           given up     -> post_revert, with hook->error
 *   revert   pre_revert  -> threads move -> post_revert
 *                           given up     -> post_apply, with hook->error
 *
 * So each step that has begun has exactly one end. One hook of a kind in a source file;
 * those of several files run in the order in which the files were named. One function may be
 * both pre hooks, or both post hooks. If a pre hook refuses, those behind it do not run, and the
 * files before it get the other end; what the refusing hook itself has done it takes back before
 * it returns.
 *
 * Of an update that another one supersedes (--replace) no hook runs any more: the new patch
 * takes over what it left, in its own post_apply. So it is with the kernel's livepatches too.
 * A hook that ends the process ends it, but only once: see "The journal" in revector(1).
 *
 * A hook sees the program's functions and variables as all code of the patch does. It
 * runs in the thread that applies, which is the agent's or the one that called
 * rv_apply(), while other threads go on; it holds no lock of the runtime that calls of
 * the program need. What it locks, waits for or allocates is its own risk: while it
 * runs, no other update can begin, and rv_apply() and rv_revert() answer RV_EBUSY. The
 * agent has all signals blocked, 256 kB of stack and, what matters most, a table of file
 * descriptors of its own: numbers of the program's files mean nothing there, its standard
 * streams lead nowhere. So a hook changes memory and leaves files, also stdio's, alone; the
 * same holds for the functions in shadow.h's ids. Nobody catches a crash. A child of a fork
 * inside a hook may only exec or _exit.
 *
 * In a compilation that makes no patch, hooks are left out.
 */
#ifndef REVECTOR_PATCH_H
#define REVECTOR_PATCH_H

#include "revector/error.h"
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a hook is told, valid until it returns. */
struct rv_hook {
    size_t size;
    uint32_t update; /* as `revector status` shows it; 0: the update has no number (yet) */
    int error;       /* post hooks: 0, or why what the pre hook made ready did not happen */
};

#if defined(__has_attribute)
#if __has_attribute(revector_pre_apply)
/* int (*)(struct rv_hook *): 0, or anything else to refuse; before anything has changed. */
#define REVECTOR_PRE_APPLY  __attribute__((revector_pre_apply))
#define REVECTOR_PRE_REVERT __attribute__((revector_pre_revert))
/*
 * void (*)(struct rv_hook *). POST_APPLY: the update is in force for every thread.
 * POST_REVERT: for none; its code and its shadow data are there still, and with
 * `--consistency call` other threads may be in them.
 */
#define REVECTOR_POST_APPLY  __attribute__((revector_post_apply))
#define REVECTOR_POST_REVERT __attribute__((revector_post_revert))
#endif
#endif
#ifndef REVECTOR_PRE_APPLY
#define REVECTOR_PRE_APPLY   __attribute__((unused))
#define REVECTOR_PRE_REVERT  __attribute__((unused))
#define REVECTOR_POST_APPLY  __attribute__((unused))
#define REVECTOR_POST_REVERT __attribute__((unused))
#endif

/*
 * For a pre hook's return: `code`, or -1 if that is 0. Code and sentence (cut at 200 bytes)
 * are what whoever applies reads. Only in the hook's own thread.
 */
#pragma GCC visibility push(default)
int rv_hook_refuse(struct rv_hook *hook, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
