/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operate.h - what somebody asks of a process, with all that belongs to it.
 *
 * rv_host_apply and rv_host_revert (host.h) put a patch in force and take it out.
 * The functions here are what the agent and revector.h call instead: they do that
 * one at a time, write it into the history, keep the patch for the program's next
 * start (journal.h), and hold deadlines until somebody confirms.
 *
 *   apply                   commit, post_apply, then it is kept: done means all, a refusal none
 *   apply, to be confirmed  commit, when the time begins; confirm keeps it; the deadline
 *                           reverts it
 *   revert                  revert, then it is not kept any more; if that fails the
 *                           revert stays, and its row says what to remove
 *
 * Threads may be slow to move: then these functions return while the update is under way,
 * and what is behind a comma above follows when it has ended, as does the row
 * (operate_end.c).
 *
 * Any thread that may block and take the dynamic linker's lock; no locks held. They take
 * the operation lock (operation.h). Innermost: list (operate_list.c).
 */
#ifndef REVECTOR_OPERATE_H
#define REVECTOR_OPERATE_H

#include "history.h"
#include "host.h"

#define RV_OPERATE_NEVER UINT64_MAX

struct rv_place;

struct rv_operate_terms {
    struct rv_asker asker;
    uint64_t patience_ms; /* as rv_host_apply */
    uint32_t confirm_ms;  /* 0: it need not be confirmed */
    int is_held;          /* as struct rv_ending has it */
    char *note; /* gets what whoever applies should know, else is not touched; or null */
    size_t note_size;
};

/*
 * As rv_host_apply, with flags that this layer understands: RV_APPLY_ONCE. With
 * `confirm_ms` the update is reverted that many milliseconds after its commit
 * unless rv_operate_confirm() comes; only for the agent's thread. Errors also:
 * RV_EJOURNAL, RV_EOWNER (REVECTOR_UPDATES is set and it cannot be kept).
 */
int rv_operate_apply(int fd, const char *path, const struct rv_apply_options *options,
                     const struct rv_operate_terms *terms, uint32_t *id)
    __attribute__((warn_unused_result));

/* As rv_host_decide. */
int rv_operate_decide(uint32_t id, int commits) __attribute__((warn_unused_result));

/* As rv_host_cancel. */
int rv_operate_cancel(uint32_t id, int reason) __attribute__((warn_unused_result));

/*
 * As rv_host_revert; 0: all, the newest first (with patience for ever, or RV_EBUSY when one
 * of them takes longer). One whose threads still move is given up; one that is going already
 * goes on.
 */
int rv_operate_revert(uint32_t id, const struct rv_apply_options *options,
                      const struct rv_operate_terms *terms) __attribute__((warn_unused_result));

/*
 * The update stays in force, and is kept unless `once`. *id 0: the one that waits for
 * it; on success its number. `detail` gets names. Only for the agent's thread.
 * RV_ENOCONFIRM: it, or none, waits; RV_EAMBIGUOUS; RV_EJOURNAL, RV_EOWNER: it cannot
 * be kept, and goes on waiting.
 */
int rv_operate_confirm(uint32_t *id, int once, const struct rv_asker *asker, char *detail,
                       size_t size) __attribute__((warn_unused_result));

/*
 * Milliseconds until this update is reverted, or that it will have from its commit on;
 * 0: it does not wait. Any lock held.
 */
uint64_t rv_operate_time_left(uint32_t id);

/* 1 and the hash of the file that this update came from; 0: not known. Any lock held. */
int rv_operate_sha256(uint32_t id, uint8_t sha256[RV_SHA256_SIZE]);

/* ---- for the agent's loop ---- */

/* When there is something to do, in milliseconds of CLOCK_MONOTONIC; RV_OPERATE_NEVER. */
uint64_t rv_operate_next(void);

/* Does what is due: reverts what nobody confirmed, takes up the journal for new images. */
void rv_operate_due(void);

/* The agent ends, and nobody can confirm any more: reverts what waits for it. */
void rv_operate_give_up(void);

/* ---- for the rest of the host ---- */

/*
 * An image has registered. If it is the executable, all updates in the journal for
 * what has registered so far are in force when this returns; those of libraries that
 * come later, soon after. From constructors.
 */
void rv_operate_image(const struct rv_place *place);

/* When the library is loaded: before all others. */
void rv_operate_init(void);

/*
 * In the child of a fork, before anything else. It has its parent's updates with
 * their deadlines: each process is confirmed, or reverts, for itself. What is
 * confirmed only in a child is not kept, since the copy is the parent agent's.
 */
void rv_operate_in_child(void);

#endif
