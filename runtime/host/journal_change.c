/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal_change.c - gives copies their names in the journal's directory, and takes them out.
 */
#define _GNU_SOURCE
#include "journal_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#define PATIENCE 100 /* times 10 ms, for another process that changes the directory */

/* Not for ever: one of them may have been stopped. */
int rv_journal_lock(int fd, char *why, size_t size)
{
    for (int n = 0; flock(fd, LOCK_EX | LOCK_NB); n++) {
        if (errno != EWOULDBLOCK || n == PATIENCE)
            return rv_journal_because(RV_EJOURNAL, why, size, "locking the directory");
        usleep(10000);
    }
    return 0;
}

static int link_file(const struct rv_journal_file *file, int folder, const char *name)
{
    char from[64];

    snprintf(from, sizeof(from), "/proc/thread-self/fd/%d", file->fd);
    return linkat(AT_FDCWD, from, folder, name, AT_SYMLINK_FOLLOW);
}

static void signature_name(char to[RV_JOURNAL_NAME_MAX + sizeof(RV_MINISIGN_SUFFIX)],
                           const char *patch)
{
    snprintf(to, RV_JOURNAL_NAME_MAX + sizeof(RV_MINISIGN_SUFFIX), "%s" RV_MINISIGN_SUFFIX, patch);
}

static int link_signature(int folder, const struct rv_journal_copy *copy, const char *patch)
{
    char name[RV_JOURNAL_NAME_MAX + sizeof(RV_MINISIGN_SUFFIX)];

    if (!rv_journal_is_ours(&copy->signature))
        return 0;
    signature_name(name, patch);
    return link_file(&copy->signature, folder, name);
}

static int unlink_signature(int folder, const char *patch)
{
    char name[RV_JOURNAL_NAME_MAX + sizeof(RV_MINISIGN_SUFFIX)];

    signature_name(name, patch);
    return unlinkat(folder, name, 0) && errno != ENOENT ? -1 : 0;
}

/* The same patch is there. Our signature was good a moment ago, and so was its code. */
static int renew(int folder, const struct rv_journal_copy *copy, const char *patch)
{
    if (rv_journal_take_mark(folder, patch))
        return -1;
    if (!rv_journal_is_ours(&copy->signature))
        return 0;
    return unlink_signature(folder, patch) || link_signature(folder, copy, patch) ? -1 : 0;
}

/* Errno is kept: it tells why. */
static void take_out(int folder, const char *patch, int with_patch)
{
    const int saved = errno;

    if (with_patch)
        (void)unlinkat(folder, patch, 0);
    (void)unlink_signature(folder, patch);
    errno = saved;
}

static int link_both(int folder, const struct rv_journal_copy *copy, const char *patch)
{
    if (link_signature(folder, copy, patch))
        return -1;
    if (link_file(&copy->patch, folder, patch) == 0)
        return 0;
    if (rv_journal_is_ours(&copy->signature))
        take_out(folder, patch, 0);
    return -1;
}

/* Nobody else takes a number meanwhile, but an operator may: then the next one. */
static int link_copy(int folder, const struct rv_journal_copy *copy)
{
    char name[RV_JOURNAL_NAME_MAX];
    unsigned number;
    int failed;

    if (rv_journal_last_number(folder, &number))
        return -1;
    do {
        snprintf(name, sizeof(name), "%08u-%s.rvp", ++number, copy->name);
        failed = link_both(folder, copy, name);
    } while (failed && errno == EEXIST);
    if (!failed && fsync(folder)) {
        take_out(folder, name, 1);
        failed = -1;
    }
    return failed;
}

int rv_journal_keep(struct rv_journal_copy *copy, const struct rv_journal_key *key, char *why,
                    size_t size)
{
    char name[RV_JOURNAL_NAME_MAX];
    int error, found, folder = rv_journal_open(key->build, 1, why, size);

    if (folder < 0)
        return folder;
    error = rv_journal_lock(folder, why, size);
    if (!error) {
        found = rv_journal_find(folder, key, name);
        if (found < 0 || (found ? renew(folder, copy, name) : link_copy(folder, copy)))
            error = rv_journal_because(RV_EJOURNAL, why, size, "naming the copy");
    }
    close(folder);
    return error;
}

int rv_journal_remove(const struct rv_journal_key *key, char *why, size_t size)
{
    char name[RV_JOURNAL_NAME_MAX];
    int error, found = 1, folder = rv_journal_open(key->build, 0, why, size);

    if (folder < 0)
        return folder == RV_ENOCHANGE ? 0 : folder;
    error = rv_journal_lock(folder, why, size);
    while (!error && found) {
        found = rv_journal_find(folder, key, name);
        if (found < 0)
            error = rv_journal_because(RV_EJOURNAL, why, size, "looking for it");
        else if (found && (unlinkat(folder, name, 0) || unlink_signature(folder, name) ||
                           rv_journal_take_mark(folder, name) || fsync(folder)))
            error = rv_journal_because(RV_EJOURNAL, why, size, name);
    }
    close(folder);
    return error;
}
