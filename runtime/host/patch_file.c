/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patch_file.c - reads a patch file and has its trailer and signature checked.
 *
 * Into memory with pread: a file that somebody cuts off meanwhile gives an error,
 * not a SIGBUS.
 */
#define _GNU_SOURCE
#include "patch_file.h"
#include "control/trailer.h"
#include "revector/error.h"
#include "trust.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
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

int rv_patch_file_copy(int fd, uint64_t size, const char *name)
{
    char shown[128]; /* the kernel refuses names longer than 249 bytes */
    off_t at = 0;
    int copy;

    snprintf(shown, sizeof(shown), "%s", name);
    copy = memfd_create(shown, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    while (copy >= 0 && (uint64_t)at < size) {
        if (sendfile(copy, fd, &at, size - (uint64_t)at) > 0)
            continue;
        close(copy);
        copy = -1;
    }
    return copy;
}

static const int for_good = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

/*
 * The copy is sealed before one byte of it is looked at, and it is what the dynamic
 * linker maps: the bytes that are checked are the bytes that run.
 */
static int check_sealed(int fd, size_t size, const char *name, struct rv_bytes signature,
                        struct rv_patch_file *file, struct rv_detail *detail)
{
    struct rv_bytes bytes = {.size = size};
    int error;

    file->sealed = rv_patch_file_copy(fd, size, name);
    if (file->sealed < 0 || fcntl(file->sealed, F_ADD_SEALS, for_good))
        return RV_ESYSTEM;
    bytes.at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file->sealed, 0);
    if (bytes.at == MAP_FAILED)
        return RV_ENOMEM;
    error = rv_trailer_check(bytes.at, size, &file->trailer);
    if (!error)
        error = rv_trust_check(bytes, signature, detail);
    munmap((void *)(uintptr_t)bytes.at, size);
    return error;
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

int rv_patch_file_check(int fd, const char *name, struct rv_bytes signature,
                        struct rv_patch_file *file, struct rv_detail *detail)
{
    struct stat status;

    file->sealed = -1;
    if (fstat(fd, &status))
        return RV_EREAD;
    if (!S_ISREG(status.st_mode) || status.st_size == 0)
        return RV_ENOPATCH;
    file->device = status.st_dev;
    file->inode = status.st_ino;
    if (rv_trust_asks())
        return check_sealed(fd, (size_t)status.st_size, name, signature, file, detail);
    return check_bytes(fd, (size_t)status.st_size, &file->trailer);
}

void rv_patch_file_close(struct rv_patch_file *file)
{
    if (file->sealed >= 0)
        close(file->sealed);
    file->sealed = -1;
}
