/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operate_list.h - what the process remembers of each update beside the core.
 *
 * Shared by operate.c, operate_confirm.c and operate_start.c, nobody else. Changed
 * under the book lock; the list lock, innermost, is for those who only look at it.
 */
#ifndef REVECTOR_OPERATE_LIST_H
#define REVECTOR_OPERATE_LIST_H

#include "journal.h"
#include "operate.h"

struct rv_memo {
    struct rv_memo *next;
    uint32_t id;
    uint64_t deadline; /* milliseconds, CLOCK_MONOTONIC; 0: it is not to be confirmed */
    int is_kept;       /* in the journal */
    struct rv_journal_key key;
    struct rv_journal_copy copy; /* for the journal, until it is confirmed */
    struct rv_event event;       /* path and hash, for later rows about this update */
};

void rv_book_lock(void);
void rv_book_unlock(void);

/* Book lock held. A new memo that belongs to no update yet; a null pointer: no memory. */
struct rv_memo *rv_memo_new(void);
void rv_memo_free(struct rv_memo *memo);
void rv_memo_add(struct rv_memo *memo);
struct rv_memo *rv_memo_find(uint32_t id);
struct rv_memo *rv_memo_first(void);
/* Takes it off the list and frees it. */
void rv_memo_end(struct rv_memo *memo);
/* Ends those whose updates are not in force any more. */
void rv_memo_sweep(void);
/* The next one, or RV_OPERATE_NEVER. Any thread. */
uint64_t rv_memo_deadline(void);
/* Sets its deadline, which others may be reading. */
void rv_memo_set_deadline(struct rv_memo *memo, uint64_t deadline);

void rv_memo_in_child(void);

uint64_t rv_now_ms(void); /* CLOCK_MONOTONIC */
uint64_t rv_now_ns(void);

/* Reverts each update whose deadline has passed. operate_confirm.c */
void rv_operate_expire(void);

/* Book lock held: reverts one update, with its row in the history. operate.c */
int rv_revert_one(uint32_t id, const struct rv_asker *asker, const char *text, char *note,
                  size_t size) __attribute__((warn_unused_result));

#endif
