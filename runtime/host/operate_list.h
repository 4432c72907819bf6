/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operate_list.h - what the process remembers of each update beside the core.
 *
 * Shared by the operate files, nobody else. Changed under the operation lock; the list
 * lock, innermost, is for those who only look at it.
 */
#ifndef REVECTOR_OPERATE_LIST_H
#define REVECTOR_OPERATE_LIST_H

#include "apply.h"
#include "crash.h"
#include "journal.h"
#include "operate.h"

#define RV_PROBATION_MS 10000u /* if nothing else is said */

enum rv_memo_way {
    RV_MEMO_RESTS,
    RV_MEMO_COMES, /* its update is coming into force */
    RV_MEMO_GOES,  /* it is being reverted */
};

struct rv_memo {
    struct rv_ending ending; /* first: it is what rv_memo_ended() is given */
    struct rv_memo *next;
    uint32_t id;
    uint32_t consistency; /* enum rv_apply_consistency */
    uint32_t confirm_ms;  /* from commit to the deadline; 0: none */
    uint32_t probation_ms; /* from commit to the end of it; RV_PROBATION_NONE */
    uint64_t deadline;    /* milliseconds, CLOCK_MONOTONIC; 0: none (yet) */
    uint32_t retry_ms;    /* after the last revert by itself that failed */
    enum rv_memo_way way;
    int replaces; /* all others of the image */
    int has_crashed; /* while on probation; to be reverted */
    int is_kept;  /* in the journal */
    int unkept;  /* it is in force, but must not stay: the error of keeping it */
    char why_unkept[256];
    struct rv_journal_key key;
    struct rv_journal_copy copy; /* for the journal, until it is confirmed */
    struct rv_journal_mark mark; /* of one that the journal has, until it has come or gone */
    struct rv_event event;       /* the last row; path and hash are for later ones too */
    uint64_t start;              /* of what the row is about; rv_clock_ns() */
};

/* Operation lock held. A new memo that is in no list; a null pointer: no memory. */
struct rv_memo *rv_memo_new(void);
void rv_memo_free(struct rv_memo *memo);
void rv_memo_add(struct rv_memo *memo);
struct rv_memo *rv_memo_find(uint32_t id);
struct rv_memo *rv_memo_first(void);
/* Takes it off the list and frees it. */
void rv_memo_end(struct rv_memo *memo);
/* Ends those whose updates are neither in force nor under way. */
void rv_memo_sweep(void);
/* The next one, of updates that rest, or RV_OPERATE_NEVER. Any thread. */
uint64_t rv_memo_deadline(void);
/* Those whose code has crashed get a deadline that has passed, or a row: they have no way back. */
void rv_memo_note_crashes(void);
/* What others may be reading. */
void rv_memo_set_deadline(struct rv_memo *memo, uint64_t deadline);
void rv_memo_set_way(struct rv_memo *memo, enum rv_memo_way way);
void rv_memo_set_event(struct rv_memo *memo, const struct rv_event *event);

void rv_memo_in_child(void);
/* In the child, where only threads that move go on with what the parent was in the middle of. */
void rv_memo_rest(void);

/* Reverts each update whose deadline has passed. operate_confirm.c */
void rv_operate_expire(void);

/* ---- operate.c; operation lock held ---- */

/* The row of a refusal: the error's sentence, and names if there are any. */
void rv_event_refuse(struct rv_event *event, const char *result, int error, const char *names);

#define RV_UNKEPT "it could not be kept for the next start"

struct rv_revert_order {
    const struct rv_asker *asker;
    const char *why; /* for the history, or "" */
    struct rv_apply_options options;
    uint64_t patience_ms; /* as rv_host_revert */
};

/* Reverts one update, with its row in the history, now or when threads have moved. */
int rv_revert_one(uint32_t id, const struct rv_revert_order *order)
    __attribute__((warn_unused_result));

/* ---- operate_start.c ---- */

/* Where whoever starts a daemon looks: stderr, and the agent's log. */
void rv_operate_complain(const char *what, int error, const char *why);

/* ---- operate_end.c ---- */

/* The hook of every memo: what follows when its update has come to an end. */
void rv_memo_ended(struct rv_ending *ending, uint32_t id, enum rv_update_state state);

/* The patch's code has run: the mark can go, if there is one. Says so on stderr if it cannot. */
void rv_memo_unmark(struct rv_memo *memo);

/* Its update has come into force, or what it waited for: from now on the time runs. */
void rv_memo_probation(const struct rv_memo *memo);

/* Puts the patch into the journal, if a copy is waiting for that. */
int rv_memo_keep(struct rv_memo *memo, char *why, size_t size) __attribute__((warn_unused_result));

#endif
