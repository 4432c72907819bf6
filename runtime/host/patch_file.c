/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patch_file.c - reads a patch file and has its trailer checked.
 *
 * Into memory with pread: a file that somebody cuts off meanwhile gives an error,
 * not a SIGBUS.
 */
#define _GNU_SOURCE
#include "patch_file.h"
#include "control/trailer.h"
#include "revector/error.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, char *to, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t got = pread(fd, to + at, size - at, (off_t)at);
        if (got <= 0)
            return RV_EREAD;
        at += (size_t)got;
    }
    return 0;
}

/* The bytes go back to the system at once: a patch must not leave memory behind. */
static int check_bytes(int fd, size_t size, struct rv_trailer *trailer)
{
    int error;
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (bytes == MAP_FAILED)
        return RV_ENOMEM;
    error = read_all(fd, bytes, size);
    if (!error)
        error = rv_trailer_check(bytes, size, trailer);
    munmap(bytes, size);
    return error;
}

int rv_patch_file_check(int fd, struct rv_patch_file *file)
{
    struct stat status;

    if (fstat(fd, &status))
        return RV_EREAD;
    if (!S_ISREG(status.st_mode) || status.st_size == 0)
        return RV_ENOPATCH;
    file->device = status.st_dev;
    file->inode = status.st_ino;
    return check_bytes(fd, (size_t)status.st_size, &file->trailer);
}
