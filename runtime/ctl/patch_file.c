/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patch_file.c - reading, finishing and storing patch files; see patch_file.h.
 */
#define _GNU_SOURCE
#include "patch_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/trailer.h"

static int unreadable(const char *path, struct rv_reason *reason)
{
    return rv_because(reason, RV_EREAD, "%s: %s", path, strerror(errno));
}

/* Map a whole file. The mapping is the caller's; an empty file is an error. */
static int map_file(const char *path, int fd, void **file, size_t *size, struct rv_reason *reason)
{
    struct stat status;

    if (fstat(fd, &status))
        return unreadable(path, reason);
    if (!S_ISREG(status.st_mode) || !status.st_size)
        return rv_because(reason, RV_ENOPATCH, "%s", path);
    *size = (size_t)status.st_size;
    *file = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
    return *file == MAP_FAILED ? unreadable(path, reason) : 0;
}

static int check_file(const char *path, int fd, struct rv_reason *reason)
{
    struct rv_trailer trailer;
    size_t size;
    void *file;
    int error = map_file(path, fd, &file, &size, reason);

    if (error)
        return error;
    error = rv_trailer_check(file, size, &trailer);
    munmap(file, size);
    return error ? rv_because(reason, error, "%s", path) : 0;
}

int rv_patch_open(const char *path, int *fd, struct rv_reason *reason)
{
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;

    if (opened < 0)
        return unreadable(path, reason);
    error = check_file(path, opened, reason);
    if (error) {
        close(opened);
        return error;
    }
    *fd = opened;
    return 0;
}

int rv_patch_signature(const char *path, const char *given, struct rv_signature_text *signature,
                       struct rv_reason *reason)
{
    int error, length = snprintf(signature->path, sizeof(signature->path), "%s%s",
                                 given ? given : path, given ? "" : RV_MINISIGN_SUFFIX);

    signature->size = 0;
    if ((size_t)length >= sizeof(signature->path))
        return RV_ETOOLONG;
    error = rv_signature_read(signature->path, signature->text, &signature->size);
    if (error == RV_EREAD && errno == ENOENT && !given)
        return 0;
    if (error == RV_EREAD)
        return unreadable(signature->path, reason);
    return error ? rv_because(reason, RV_ESIGFORM, "%s", signature->path) : 0;
}

static int append_trailer(const char *path, int fd, const struct rv_image_file *image,
                          const char *compiler, uint64_t *checksum, struct rv_reason *reason)
{
    struct rv_trailer trailer;
    size_t size;
    void *file;
    int error = map_file(path, fd, &file, &size, reason);

    if (error)
        return error;
    trailer = rv_trailer_make(file, size);
    munmap(file, size);
    memcpy(trailer.build_id, image->build_id, image->build_id_size);
    trailer.build_id_size = image->build_id_size;
    trailer.compiler = rv_trailer_compiler(compiler);
    *checksum = trailer.checksum;
    if (pwrite(fd, &trailer, sizeof(trailer), (off_t)size) != sizeof(trailer))
        return unreadable(path, reason);
    return 0;
}

int rv_patch_finish(const char *path, const struct rv_image_file *image, const char *compiler,
                    uint64_t *checksum, struct rv_reason *reason)
{
    int fd = open(path, O_RDWR | O_CLOEXEC), error;
    struct stat status;

    if (fd < 0)
        return unreadable(path, reason);
    error = append_trailer(path, fd, image, compiler, checksum, reason);
    if (!error && fstat(fd, &status) == 0)
        (void)fchmod(fd, status.st_mode & 0755); /* processes refuse what others may write to */
    if (close(fd) && !error)
        error = unreadable(path, reason);
    return error;
}

/* Make a folder and those above it; others may look into it. 0, or -1 with errno. */
static int make_folders(char *path)
{
    for (char *at = path + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = 0;
        (void)mkdir(path, 0755);
        *at = '/';
    }
    return mkdir(path, 0755) && errno != EEXIST ? -1 : 0;
}

static int state_folder(char *path, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    if (state && *state == '/')
        return snprintf(path, size, "%s/revector", state);
    if (geteuid() == 0)
        return snprintf(path, size, "/var/lib/revector");
    return snprintf(path, size, "%s/.local/state/revector", home && *home == '/' ? home : "/tmp");
}

int rv_patch_folder(const char *program, const struct rv_image_file *image, char *path, size_t size,
                    struct rv_reason *reason)
{
    const char *name = basename(program);
    const char *name_end = name + strlen(name), *gone = strstr(name, " (deleted)");
    char id[RV_HEX_MAX];
    size_t length = (size_t)state_folder(path, size);

    if (gone && gone + strlen(" (deleted)") == name_end)
        name_end = gone; /* what the kernel adds to the name of a file that was replaced */

    rv_build_id_text(image->build_id, image->build_id_size, id);
    if (length < size)
        length += (size_t)snprintf(path + length, size - length, "/%.*s-%.12s",
                                   (int)(name_end - name), name, id);
    if (length >= size)
        return RV_ETOOLONG;
    return make_folders(path) ? unreadable(path, reason) : 0;
}

void rv_build_id_text(const uint8_t *build_id, uint32_t size, char text[RV_HEX_MAX])
{
    *text = 0;
    for (uint32_t i = 0; i < size && i < (RV_HEX_MAX - 1) / 2; i++)
        snprintf(text + (size_t)2 * i, 3, "%02x", build_id[i]);
}
