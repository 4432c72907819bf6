/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.h - what the parts of the Linux runtime offer each other.
 *
 * Applying and reverting (apply.c) and collecting garbage (reclaim.c) are for
 * any thread that may block and take the dynamic linker's lock: the agent's,
 * or one of the program's through revector.h. Not for signal handlers, not
 * with the core lock held.
 */
#ifndef REVECTOR_HOST_H
#define REVECTOR_HOST_H

#include "revector/revector.h"
#include "update.h"
#include <stddef.h>
#include <stdint.h>

/*
 * Who wants to know how an update ends. `ended` is called once for each apply or revert
 * that threads may have noticed (*id is not 0, or there was no error but one that
 * rv_move_reason has):
 * maybe before the function below returns, maybe later, in another thread or, after a
 * fork, in the child. Under the operation lock, with no other; `ending` is the caller's and
 * stays until then. It must not apply or revert.
 */
struct rv_ending {
    void (*ended)(struct rv_ending *ending, uint32_t id, enum rv_update_state state);
    int is_held; /* do not commit before rv_host_decide; RV_EOPTIONS for `call` consistency */
    int must_go_back; /* somebody counts on a revert; RV_ENOWAYBACK: it could not be */
    uint32_t id; /* set by what is below */
};

/*
 * Loads the patch in `fd` and applies it. The operation lock (operation.h) is held, here and
 * for rv_host_revert.
 *
 * `fd` is read from offset 0; it stays the caller's. `path` may be null; if it
 * is absolute and names the same file, the patch is loaded by that name, so
 * that debuggers find it; else through the fd. `options` may be null (no dry run, no
 * signature: none is looked for beside the file). On success *id is the update's (0
 * after a dry run). On refusal nothing is left over and `options->detail`, if given,
 * holds names. Errors: any of error.h; see each sentence there.
 *
 * Threads may take longer to move than `patience_ms`: then it returns with the update
 * still MOVING, and rv_host_reclaim goes on with it.
 */
#define RV_HOST_FOR_EVER UINT64_MAX
int rv_host_apply(int fd, const char *path, const struct rv_apply_options *options,
                  uint64_t patience_ms, struct rv_ending *ending, uint32_t *id)
    __attribute__((warn_unused_result));

/* Reverts one update. Errors: as rv_update_revert, and RV_EMOVETIME. */
int rv_host_revert(uint32_t id, const struct rv_apply_options *options, uint64_t patience_ms,
                   struct rv_ending *ending) __attribute__((warn_unused_result));

/* An update that is held: commit it, or give it up. RV_ENOUPDATE: there is none of that number. */
int rv_host_decide(uint32_t id, int commits) __attribute__((warn_unused_result));

/*
 * Update `id`, which is moving, is given up; what comes of that is told with `reason`. Errors: as
 * rv_move_cancel. Operation lock.
 */
int rv_host_cancel(uint32_t id, int reason, uint64_t patience_ms)
    __attribute__((warn_unused_result));

/* Goes on with the update that is under way, if any, for that long. Operation lock. */
void rv_host_go_on(uint64_t patience_ms);

/*
 * The agent ends. An update that is under way is given up, so that who waits for it does not
 * wait for ever; threads that have moved have a moment to go back.
 */
void rv_host_abandon(void);

/* 1 if threads are on their way to one side of an update. */
int rv_host_is_moving(void);

/* What the update has come to: ABORTED also if it has been forgotten already. */
enum rv_update_state rv_host_state(uint32_t id);

/*
 * One look at the threads of the process: moves them if an update is under way, and
 * frees what nobody can be using. Returns the number of pieces left, with images that are
 * being unloaded and an update under way, and in *wait_ms how long
 * to sleep before the next look (backs off from 1 ms to 1 s while nothing moves). 0: no garbage,
 * nothing to do until rv_agent_wake(). If another thread is looking already, returns at once.
 */
size_t rv_host_reclaim(unsigned *wait_ms);

/*
 * ---- supplied by the agent (agent.c) ----
 * start: from librevector's constructor unless REVECTOR=off, and in the child of
 * a fork; must return at once and may fail in silence. wake: garbage has come
 * up; any thread, no locks held but perhaps the dynamic linker's; not blocking.
 */
void rv_agent_start(void);
void rv_agent_locks_in_child(void); /* after fork, in the child, before anything else */
void rv_agent_in_child(void);       /* after all else, core lock free */
void rv_agent_wake(void);
int rv_agent_asker_has_gone(void); /* see agent_answer.c */
int rv_agent_is_self(void); /* 1 in the agent's thread, on which others may be waiting */
void rv_agent_note(const char *line); /* into the agent's log; any thread, any lock held */

#endif
