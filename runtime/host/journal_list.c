/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal_list.c - reads the journal's directory: which patches are there, in order.
 *
 * Patches are the files whose names end in .rvp and do not begin with a dot. The
 * order is that of the names' bytes, as `LC_ALL=C ls` prints them.
 */
#define _GNU_SOURCE
#include "journal_list.h"
#include "owner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int has_end(const char *name, const char *end)
{
    size_t length = strlen(name), last = strlen(end);

    return name[0] != '.' && length > last && length < RV_JOURNAL_NAME_MAX &&
           !strcmp(name + length - last, end);
}

static int is_patch(const struct dirent *entry)
{
    return has_end(entry->d_name, ".rvp");
}

static int has_crashed(const char *name)
{
    return has_end(name, ".rvp" RV_JOURNAL_CRASHED);
}

static int is_crashed(const struct dirent *entry)
{
    return has_crashed(entry->d_name);
}

static int is_told(const struct dirent *entry)
{
    return is_patch(entry) || has_crashed(entry->d_name);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void free_names(struct dirent **names, int count)
{
    while (count > 0)
        free(names[--count]);
    free(names);
}

int rv_journal_last_number(int folder, unsigned *number)
{
    struct dirent **names = NULL;
    int count = scandirat(folder, ".", &names, is_patch, by_bytes);
    unsigned long highest = 0;

    for (int n = 0; n < count; n++) {
        unsigned long its = strtoul(names[n]->d_name, NULL, 10);
        if (its > highest && its < 99999999)
            highest = its;
    }
    free_names(names, count);
    *number = (unsigned)highest;
    return count < 0 ? -1 : 0;
}

/* Not a symbolic link, whose target anybody may exchange; not a pipe, which makes us wait. */
static int open_file(int folder, const char *name)
{
    return openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

/* 1, 0, or -1 with errno. */
static int holds(int fd, const struct rv_journal_key *key)
{
    uint8_t sha256[RV_SHA256_SIZE];
    struct stat status;
    off_t size;
    int owner;

    if (fstat(fd, &status))
        return -1;
    owner = rv_owner_check(fd);
    if (owner || status.st_size != key->size)
        return owner == RV_EREAD ? -1 : 0;
    if (rv_journal_digest(fd, sha256, &size))
        return -1;
    return size == key->size && !memcmp(sha256, key->sha256, sizeof(sha256));
}

/* What we may not open, or what is no file any more, is none that we have kept. */
static int is_same(int folder, const char *name, const struct rv_journal_key *key)
{
    int fd = open_file(folder, name), same;

    if (fd < 0)
        return errno == ENOENT || errno == ELOOP || errno == EACCES || errno == ENXIO ? 0 : -1;
    same = holds(fd, key);
    close(fd);
    return same;
}

static int find(int folder, const struct rv_journal_key *key,
                int (*is_wanted)(const struct dirent *), char name[RV_JOURNAL_NAME_MAX])
{
    struct dirent **names = NULL;
    int count = scandirat(folder, ".", &names, is_wanted, by_bytes), found = count < 0 ? -1 : 0;

    for (int n = 0; n < count && !found; n++) {
        found = is_same(folder, names[n]->d_name, key);
        if (found > 0)
            memccpy(name, names[n]->d_name, 0, RV_JOURNAL_NAME_MAX);
    }
    free_names(names, count);
    return found;
}

int rv_journal_find(int folder, const struct rv_journal_key *key, char name[RV_JOURNAL_NAME_MAX])
{
    return find(folder, key, is_patch, name);
}

static int path_of(const struct rv_journal_key *key, int (*is_wanted)(const struct dirent *),
                   char *path, size_t size)
{
    char name[RV_JOURNAL_NAME_MAX], why[256];
    int found, folder = rv_journal_open(key->build, 0, why, sizeof(why));

    if (folder < 0)
        return folder;
    found = find(folder, key, is_wanted, name);
    close(folder);
    if (found <= 0)
        return found ? RV_EJOURNAL : RV_ENOCHANGE;
    snprintf(path, size, "%s/%s/%s", rv_journal_directory(), key->build, name);
    return 0;
}

int rv_journal_path(const struct rv_journal_key *key, char *path, size_t size)
{
    return path_of(key, is_patch, path, size);
}

int rv_journal_crashed(const struct rv_journal_key *key, char *path, size_t size)
{
    return path_of(key, is_crashed, path, size);
}

struct tour {
    const char *build;
    int folder;
    void (*visit)(int fd, const char *path, int error, void *context);
    void *context;
};

static void visit_file(const struct tour *tour, const char *name)
{
    char path[PATH_MAX];
    int fd = open_file(tour->folder, name);
    int error = fd < 0 ? RV_EREAD : rv_owner_check(fd);

    if (!error && has_crashed(name))
        error = RV_ECRASHED;
    snprintf(path, sizeof(path), "%s/%s/%s", rv_journal_directory(), tour->build, name);
    tour->visit(error ? -1 : fd, path, error, tour->context);
    if (fd >= 0)
        close(fd);
}

int rv_journal_each(const char *build,
                    void (*visit)(int fd, const char *path, int error, void *context),
                    void *context, char *why, size_t size)
{
    struct tour tour = {build, rv_journal_open(build, 0, why, size), visit, context};
    struct dirent **names = NULL;
    int count;

    if (tour.folder < 0)
        return tour.folder == RV_ENOCHANGE ? 0 : tour.folder;
    count = scandirat(tour.folder, ".", &names, is_told, by_bytes);
    if (count < 0)
        rv_journal_because(RV_EJOURNAL, why, size, "reading the directory");
    for (int n = 0; n < count; n++)
        visit_file(&tour, names[n]->d_name);
    free_names(names, count);
    close(tour.folder);
    return count < 0 ? RV_EJOURNAL : 0;
}
