/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal.c - copies of patches in a directory; see journal.h.
 *
 * Nothing stays open between calls but a copy that waits for its name: a daemon
 * closes descriptors that it does not know. Reading the directory is in
 * journal_list.c, changing it in journal_change.c.
 */
#define _GNU_SOURCE
#include "journal_list.h"
#include "owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE     4096 /* bytes copied at a time; the agent's stack is small */
#define NAME_ROOM (RV_JOURNAL_NAME_MAX - sizeof("00000000-.probation-999999999ms.replace.rvp"))

static char directory[PATH_MAX]; /* "": no journal; written once, before there are threads */
static int unusable;             /* an error: what the variable says cannot be */

void rv_journal_init(void)
{
    const char *value = secure_getenv("REVECTOR_UPDATES");
    size_t length = value ? strlen(value) : 0;

    if (!length)
        return;
    if (value[0] != '/' || length + RV_JOURNAL_BUILD + RV_JOURNAL_NAME_MAX + 2 > PATH_MAX)
        unusable = RV_EJOURNAL;
    memccpy(directory, value, 0, sizeof(directory) - 1);
}

const char *rv_journal_directory(void)
{
    return directory[0] ? directory : NULL;
}

void rv_journal_build(char build[RV_JOURNAL_BUILD], const uint8_t *bytes, uint32_t size)
{
    build[0] = 0;
    for (uint32_t n = 0; n < size && n < RV_JOURNAL_BUILD / 2; n++)
        snprintf(build + 2 * (size_t)n, 3, "%02x", bytes[n]);
}

/* ---- folders ---- */

int rv_journal_because(int error, char *why, size_t size, const char *what)
{
    snprintf(why, size, errno ? "%s: %s" : "%s", what, strerror(errno));
    return error;
}

/* The descriptor of a folder that may be trusted, or an error. */
static int open_folder(int at, const char *name, int flags, char *why, size_t size)
{
    int error, fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);

    if (fd < 0)
        return rv_journal_because(RV_EJOURNAL, why, size, name);
    error = rv_owner_check(fd);
    if (!error)
        return fd;
    close(fd);
    errno = 0;
    return rv_journal_because(error, why, size, name);
}

static int open_directory(char *why, size_t size)
{
    errno = 0;
    if (unusable)
        return rv_journal_because(unusable, why, size, "it is no absolute path, or too long");
    return open_folder(AT_FDCWD, directory, 0, why, size);
}

int rv_journal_open(const char *build, int make, char *why, size_t size)
{
    int fd, outer = open_directory(why, size);

    if (outer < 0)
        return outer;
    if (make && mkdirat(outer, build, 0755) == 0)
        (void)fsync(outer); /* if it is lost, so is the copy, and that is found out in time */
    if (!make && faccessat(outer, build, F_OK, AT_SYMLINK_NOFOLLOW) && errno == ENOENT)
        fd = RV_ENOCHANGE;
    else
        fd = open_folder(outer, build, O_NOFOLLOW, why, size);
    close(outer);
    return fd;
}

/* ---- copying ---- */

static int write_all(int fd, const char *from, size_t size)
{
    while (size) {
        ssize_t written = write(fd, from, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return RV_EJOURNAL;
        from += written;
        size -= (size_t)written;
    }
    return 0;
}

/* Hashes what is in `from`, and copies it to `to` unless that is -1. */
static int read_through(int from, int to, uint8_t sha256[RV_SHA256_SIZE], off_t *size)
{
    struct rv_sha256 hash;
    char piece[PIECE];
    ssize_t got;

    rv_sha256_start(&hash);
    for (*size = 0; (got = pread(from, piece, sizeof(piece), *size)) > 0; *size += got) {
        rv_sha256_add(&hash, piece, (size_t)got);
        if (to >= 0 && write_all(to, piece, (size_t)got))
            return RV_EJOURNAL;
    }
    rv_sha256_end(&hash, sha256);
    return got < 0 ? RV_EREAD : 0;
}

int rv_journal_digest(int fd, uint8_t sha256[RV_SHA256_SIZE], off_t *size)
{
    return read_through(fd, -1, sha256, size);
}

/* A write beyond this limit would end the program by SIGXFSZ. */
static int is_within_limit(int patch)
{
    struct rlimit limit;
    struct stat status;

    if (fstat(patch, &status) || getrlimit(RLIMIT_FSIZE, &limit))
        return 1;
    errno = EFBIG;
    return limit.rlim_cur == RLIM_INFINITY || (rlim_t)status.st_size <= limit.rlim_cur;
}

static int fill(int patch, struct rv_journal_key *key, int to, char *why, size_t size)
{
    int error = is_within_limit(patch) ? 0 : RV_EJOURNAL;

    if (!error)
        error = read_through(patch, to, key->sha256, &key->size);
    if (!error && fsync(to))
        error = RV_EJOURNAL;
    return error ? rv_journal_because(error, why, size, "copying the patch") : 0;
}

/* The file's base name without ".rvp", for people: nothing that upsets a terminal. */
static void name_copy(struct rv_journal_copy *copy, const char *path)
{
    const char *base = path ? strrchr(path, '/') : NULL;
    size_t length = 0;

    base = base ? base + 1 : path && *path ? path : "patch";
    for (; base[length] && strcmp(base + length, ".rvp") && length < NAME_ROOM; length++)
        copy->name[length] =
            (unsigned char)base[length] < ' ' || base[length] == 127 ? '_' : base[length];
    copy->name[length] = 0;
}

/* A new file without a name; on refusal it may be there, and is dropped by the caller. */
static int open_nameless(int folder, struct rv_journal_file *file, char *why, size_t size)
{
    struct stat status;

    file->fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
    if (file->fd < 0 || fstat(file->fd, &status))
        return rv_journal_because(RV_EJOURNAL, why, size, "making a file");
    file->device = status.st_dev;
    file->inode = status.st_ino;
    return 0;
}

int rv_journal_is_ours(const struct rv_journal_file *file)
{
    struct stat status;

    return file->fd >= 0 && !fstat(file->fd, &status) && status.st_dev == file->device &&
           status.st_ino == file->inode;
}

static int copy_signature(int folder, struct rv_bytes signature, struct rv_journal_file *file,
                          char *why, size_t size)
{
    int error = signature.at ? open_nameless(folder, file, why, size) : 0;

    if (error || !signature.at)
        return error;
    if (write_all(file->fd, signature.at, signature.size) || fsync(file->fd))
        return rv_journal_because(RV_EJOURNAL, why, size, "copying the signature");
    return 0;
}

int rv_journal_copy(int patch, const char *path, struct rv_bytes signature,
                    struct rv_journal_key *key, struct rv_journal_copy *copy, char *why,
                    size_t size)
{
    int error, folder = rv_journal_open(key->build, 1, why, size);

    *copy = RV_JOURNAL_NO_COPY;
    if (folder < 0)
        return folder;
    error = open_nameless(folder, &copy->patch, why, size);
    if (!error)
        error = fill(patch, key, copy->patch.fd, why, size);
    if (!error)
        error = copy_signature(folder, signature, &copy->signature, why, size);
    close(folder);
    if (error)
        rv_journal_drop(copy);
    else
        name_copy(copy, path);
    return error;
}

int rv_journal_has(const struct rv_journal_copy *copy)
{
    return rv_journal_is_ours(&copy->patch);
}

static void drop(struct rv_journal_file *file)
{
    if (rv_journal_is_ours(file))
        close(file->fd);
    file->fd = -1;
}

void rv_journal_drop(struct rv_journal_copy *copy)
{
    drop(&copy->patch);
    drop(&copy->signature);
}
