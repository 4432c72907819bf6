/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal_list.h - what the journal files offer each other.
 */
#ifndef REVECTOR_JOURNAL_LIST_H
#define REVECTOR_JOURNAL_LIST_H

#include "journal.h"

/* ---- journal.c ---- */

/*
 * The folder for a build, made if `make` says so: a descriptor, or RV_EJOURNAL,
 * RV_EOWNER with words; RV_ENOCHANGE: there is none.
 */
int rv_journal_open(const char *build, int make, char *why, size_t size);

/* Writes "WHAT: ", and errno's words unless it is 0; returns `error`. */
int rv_journal_because(int error, char *why, size_t size, const char *what);

/* Whether its descriptor is still that of the file that we have made. */
int rv_journal_is_ours(const struct rv_journal_file *file);

/* ---- journal_change.c ---- */

/*
 * Others who change the folder wait until `fd` is closed. RV_EJOURNAL with words: somebody
 * has it for too long.
 */
int rv_journal_lock(int fd, char *why, size_t size) __attribute__((warn_unused_result));

/* ---- journal_mark.c ---- */

#define RV_JOURNAL_MARK_MAX (RV_JOURNAL_NAME_MAX + sizeof(RV_JOURNAL_APPLYING))

/*
 * Takes the patch's mark away, if there is one and nobody is applying it. 0, or -1 with errno. The
 * folder is locked.
 */
int rv_journal_take_mark(int folder, const char *patch) __attribute__((warn_unused_result));

/* ---- journal_list.c ---- */

/* The highest number that a file of the folder has; 0: none has one. 0, or -1 with errno. */
int rv_journal_last_number(int folder, unsigned *number) __attribute__((warn_unused_result));

/*
 * 1 and the file's name if this patch is in the folder; 0: it is not. -1 with errno: a file that
 * may be it cannot be read.
 */
int rv_journal_find(int folder, const struct rv_journal_key *key, char name[RV_JOURNAL_NAME_MAX]);

#endif
