/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal_mark.c - marks the patch that is being applied, so that the next start knows
 * which one this start did not survive.
 *
 * A hook or a transformer that crashes, hangs until somebody kills the program, or calls
 * exit() before `main`, would do so at each start. A signal handler would see the first of
 * these only, so nothing has to be done at the end: the mark is there before, and its
 * lock, a record lock, is what the kernel takes away with the process. Processes that
 * apply one patch at the same time share mark and lock; the last one takes it away.
 *
 * The folder is locked while a mark comes or goes, so that nobody marks a file that has
 * just lost its name.
 */
#define _GNU_SOURCE
#include "journal_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int lock_whole(int fd, short how)
{
    struct flock lock = {.l_type = how, .l_whence = SEEK_SET};

    return fcntl(fd, F_SETLK, &lock);
}

static void name_mark(char to[RV_JOURNAL_MARK_MAX], const char *patch)
{
    snprintf(to, RV_JOURNAL_MARK_MAX, "%s" RV_JOURNAL_APPLYING, patch);
}

/* For whoever finds it. Without room for it the name tells enough. */
static void write_words(int fd, const char *patch)
{
    dprintf(fd,
            "Process %d was applying %s at its start.\n"
            "If it came to its end there, this file keeps the next starts from trying again;\n"
            "delete it to give the patch another chance.\n",
            (int)getpid(), patch);
}

static int hold(int fd, struct rv_journal_file *file)
{
    struct stat status;

    if (lock_whole(fd, F_RDLCK) || fstat(fd, &status))
        return RV_EJOURNAL;
    *file = (struct rv_journal_file){fd, status.st_dev, status.st_ino};
    return 0;
}

/* The folder is locked. Whoever could have the whole file alone is the only one alive. */
static int make_mark(int folder, const char *patch, struct rv_journal_file *file)
{
    char name[RV_JOURNAL_MARK_MAX];
    int fd, error, was_there;

    name_mark(name, patch);
    was_there = !faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW);
    fd = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    if (was_there && (fd < 0 || !lock_whole(fd, F_WRLCK)))
        error = RV_EUNFINISHED;
    else
        error = fd < 0 ? RV_EJOURNAL : hold(fd, file);
    if (!error && !was_there)
        write_words(fd, patch);
    if (error && fd >= 0)
        close(fd);
    return error;
}

int rv_journal_mark(const char *build, const char *patch, struct rv_journal_mark *mark, char *why,
                    size_t size)
{
    int error, folder = rv_journal_open(build, 0, why, size);

    *mark = RV_JOURNAL_NO_MARK;
    if (folder < 0)
        return RV_EJOURNAL;
    error = rv_journal_lock(folder, why, size);
    if (!error) {
        error = make_mark(folder, patch, &mark->file);
        if (error == RV_EUNFINISHED)
            snprintf(why, size, "delete %s" RV_JOURNAL_APPLYING " beside it to try again", patch);
        else if (error)
            rv_journal_because(error, why, size, "marking the patch that is being applied");
    }
    if (!error) {
        snprintf(mark->build, sizeof(mark->build), "%s", build);
        snprintf(mark->name, sizeof(mark->name), "%s", patch);
    }
    close(folder);
    return error;
}

static void let_go(struct rv_journal_mark *mark)
{
    if (rv_journal_is_ours(&mark->file))
        close(mark->file.fd);
    mark->file.fd = -1;
}

void rv_journal_hand_over(struct rv_journal_mark *mark)
{
    let_go(mark);
}

int rv_journal_take_mark(int folder, const char *patch)
{
    char name[RV_JOURNAL_MARK_MAX];
    int fd, failed;

    name_mark(name, patch);
    fd = openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    failed = !lock_whole(fd, F_WRLCK) && unlinkat(folder, name, 0);
    close(fd);
    return failed ? -1 : 0;
}

/* By its name, since a hook may have closed the descriptor. */
int rv_journal_unmark(struct rv_journal_mark *mark, char *why, size_t size)
{
    int error = 0, folder;

    let_go(mark);
    if (!mark->name[0])
        return 0;
    folder = rv_journal_open(mark->build, 0, why, size);
    if (folder >= 0) {
        (void)rv_journal_lock(folder, why, size); /* the mark must not stay, come what may */
        if (rv_journal_take_mark(folder, mark->name))
            error = rv_journal_because(RV_EJOURNAL, why, size, "taking the mark away");
        close(folder);
    }
    mark->name[0] = 0;
    return error;
}
