/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal.h - the patches that the next start of the program takes again.
 *
 * REVECTOR_UPDATES=DIR, an absolute path. In DIR/BUILD-ID/ lie copies of the
 * patches for that build of a program or library, numbered in the order in which
 * they were committed; whoever runs the program may list, delete and add some:
 *
 *   DIR/5f3c.../00000001-fix.rvp
 *               00000001-fix.rvp.minisig   if it came with a signature
 *               00000002-more.rvp
 *
 * A copy is written to a file without a name and gets its name when it is whole
 * and on the disk, by link(2). So whatever ends the writer, and whenever, a patch
 * is in the directory as a whole or not at all, nothing is left over, and no other
 * file is ever overwritten. A signature gets its name before its patch, and loses it
 * after: a signature alone is taken for nothing. Both folders and each file must belong to root or
 * the process's effective user and be writable by nobody else: what is in them becomes code of the
 * process.
 *
 * While a start applies a patch there is a file 00000001-fix.rvp.applying, with a lock on
 * it that ends with the process. Without the lock it tells that a start came to its end in
 * the patch's own code: that patch is left out until somebody deletes the file. A patch that has
 * crashed is called 00000001-fix.rvp.crashed, and .crashed.txt beside it says how; the latter
 * alone, that it is suspected (crash.h).
 *
 * Several processes of a program may share DIR. A patch is in it once, whoever
 * keeps it; whoever reverts it first takes it out.
 *
 * Called from operate.c only, under its lock; the agent's thread or one of the
 * program's. No other lock is held or taken. Descriptors are the calling thread's.
 */
#ifndef REVECTOR_JOURNAL_H
#define REVECTOR_JOURNAL_H

#include "revector/error.h"
#include "control/sha256.h"
#include "signature.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RV_JOURNAL_NAME_MAX 224 /* of a file in it, with the NUL */
#define RV_JOURNAL_CRASHED  ".crashed" /* behind ".rvp": it is not taken again, see crash.h */
#define RV_JOURNAL_APPLYING ".applying" /* behind ".rvp": see above */
#define RV_JOURNAL_BUILD    65  /* a build ID in hex, with the NUL */

/* A patch, as the journal tells it from others. */
struct rv_journal_key {
    char build[RV_JOURNAL_BUILD];
    uint8_t sha256[RV_SHA256_SIZE];
    off_t size;
};

/* A file that has no name yet. */
struct rv_journal_file {
    int fd;       /* -1: none */
    dev_t device; /* with the inode: whether fd is still ours, should the program share our table */
    ino_t inode;
};

/*
 * How it was applied, so that the next start does the same. It stands in the name, where an
 * operator can read and change it: 00000002-fix.probation-60000ms.replace.rvp. Of the probation
 * a start takes ten seconds at least.
 */
struct rv_journal_terms {
    int replaces; /* it supersedes those before it */
    uint32_t probation_ms; /* as in struct rv_apply_options */
};

/* A copy of a patch, and of its signature if it has one. */
struct rv_journal_copy {
    struct rv_journal_file patch, signature;
    char name[RV_JOURNAL_NAME_MAX]; /* what it will be called, behind its number */
};

#define RV_JOURNAL_NO_COPY ((struct rv_journal_copy){.patch.fd = -1, .signature.fd = -1})

/*
 * Reads REVECTOR_UPDATES; once, before everything else. Not in set-user-ID
 * programs, which have no journal. If it is no absolute path, or too long, the
 * functions below return RV_EJOURNAL.
 */
void rv_journal_init(void);

/* The directory, or a null pointer: there is no journal. */
const char *rv_journal_directory(void);

/* A build ID of at most 32 bytes, in hex; more is cut off. */
void rv_journal_build(char build[RV_JOURNAL_BUILD], const uint8_t *bytes, uint32_t size);

/*
 * Makes a copy of the patch in `patch`, on the disk but without a name, for build
 * `key->build`, whose folder it makes if needed; fills in the rest of `key`. `path`
 * gives the name. `why` gets words for the refusal.
 * RV_EJOURNAL (a full disk, no such directory...), RV_EOWNER, RV_EREAD.
 */
int rv_journal_copy(int patch, const char *path, struct rv_bytes signature,
                    struct rv_journal_key *key, struct rv_journal_copy *copy, char *why,
                    size_t size) __attribute__((warn_unused_result));

/*
 * Gives the copy its name, unless the same patch is there already; that one has our
 * signature then. On success it is
 * in the journal, whatever happens next. RV_EJOURNAL, RV_EOWNER: it is not.
 */
int rv_journal_keep(struct rv_journal_copy *copy, const struct rv_journal_key *key, char *why,
                    size_t size) __attribute__((warn_unused_result));

/* The absolute path of a patch that is in the journal. RV_EJOURNAL, RV_EOWNER, RV_ENOCHANGE. */
int rv_journal_path(const struct rv_journal_key *key, char *path, size_t size)
    __attribute__((warn_unused_result));

/* The same for what is left of a patch that has crashed, if somebody has not deleted it. */
int rv_journal_crashed(const struct rv_journal_key *key, char *path, size_t size)
    __attribute__((warn_unused_result));

/* Whether there is a copy, and its descriptor still ours. */
int rv_journal_has(const struct rv_journal_copy *copy);

/* Forgets a copy; one that was kept stays. */
void rv_journal_drop(struct rv_journal_copy *copy);

/* Takes a patch out, under whatever name. Fine if it is not there. RV_EJOURNAL, RV_EOWNER. */
int rv_journal_remove(const struct rv_journal_key *key, char *why, size_t size)
    __attribute__((warn_unused_result));

/*
 * Calls `visit` for each patch that is kept for `build` in the order of their names,
 * with an open descriptor and an absolute path. `error` is why one must not be used
 * (RV_EOWNER, RV_EREAD, RV_ECRASHED; then fd is -1), or 0; what is in the file is not looked at.
 * RV_EJOURNAL, RV_EOWNER: the directory itself. No folder for this build: no visits.
 */
int rv_journal_each(const char *build,
                    void (*visit)(int fd, const char *path, int error, void *context),
                    void *context, char *why, size_t size) __attribute__((warn_unused_result));

/* ---- journal_terms.c ---- */

/* Into the name that the copy will have; nothing for what is usual. */
void rv_journal_put_terms(struct rv_journal_copy *copy, const struct rv_journal_terms *terms);

/* What the name of a file says. */
struct rv_journal_terms rv_journal_terms_of(const char *name);

/* ---- journal_mark.c ---- */

/* A patch that this process is applying. */
struct rv_journal_mark {
    struct rv_journal_file file;
    char build[RV_JOURNAL_BUILD];
    char name[RV_JOURNAL_NAME_MAX]; /* of the patch; "": there is no mark */
};

#define RV_JOURNAL_NO_MARK ((struct rv_journal_mark){.file.fd = -1})

/*
 * Code of the patch called `name` is about to run: makes its mark. It is not synced: it has to
 * outlive the process, not the machine. RV_EUNFINISHED: it has one, of a process that is no
 * more. RV_EJOURNAL: there can be none here (a read-only directory). `why` gets words.
 */
int rv_journal_mark(const char *build, const char *name, struct rv_journal_mark *mark, char *why,
                    size_t size) __attribute__((warn_unused_result));

/* Another thread, which does not see our descriptors, takes it away: it stays, without the lock. */
void rv_journal_hand_over(struct rv_journal_mark *mark);

/*
 * The code has run. Nothing, if there is no mark. RV_EJOURNAL: the mark stays, and the next
 * start leaves the patch out; `why` gets words.
 */
int rv_journal_unmark(struct rv_journal_mark *mark, char *why, size_t size)
    __attribute__((warn_unused_result));

/* SHA-256 and size of the file in `fd`, from its start. RV_EREAD. */
int rv_journal_digest(int fd, uint8_t sha256[RV_SHA256_SIZE], off_t *size)
    __attribute__((warn_unused_result));

#endif
