/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_patch_file.c - libFuzzer target for the runtime's reader of patch files.
 *
 * The first byte of the input says whether the process asks for signatures, whether
 * the rest gets a trailer, and whether that trailer is spoiled by the two bytes
 * behind it. Oracle: a file is accepted only if its trailer is the one that its bytes
 * deserve; what is handed to the check of signatures, and what is left to be loaded,
 * are those bytes; nothing stays open.
 */
#define _GNU_SOURCE
#include "control/trailer.h"
#include "patch_file.h"
#include "revector/error.h"
#include "trust.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ASKS     1
#define TRAILER  2
#define SPOILED  4
#define UNSIGNED 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t file[1 << 16];
static size_t file_size;
static int flags;

static void check(int truth)
{
    if (!truth)
        abort();
}

/* ---- instead of trust.c ---- */

int rv_trust_asks(void)
{
    return flags & ASKS;
}

int rv_trust_check(struct rv_bytes bytes, struct rv_bytes signature, struct rv_detail *detail)
{
    (void)signature;
    (void)detail;
    check(bytes.size == file_size && memcmp(bytes.at, file, file_size) == 0);
    return flags & UNSIGNED ? RV_EUNSIGNED : 0;
}

/* ---- the file ---- */

static void make_file(const uint8_t *data, size_t size)
{
    struct rv_trailer trailer;
    uint8_t *end;

    memcpy(file, data, size);
    file_size = size;
    if (!(flags & TRAILER))
        return;
    trailer = rv_trailer_make(file, size);
    end = file + size;
    memcpy(end, &trailer, sizeof(trailer));
    file_size += sizeof(trailer);
    if (flags & SPOILED && size >= 2)
        end[data[0] % sizeof(trailer)] ^= data[1];
}

static void check_accepted(const struct rv_patch_file *patch)
{
    static uint8_t loaded[sizeof(file)];
    const size_t body = file_size - sizeof(struct rv_trailer);
    const struct rv_trailer wanted = rv_trailer_make(file, body);

    check(file_size >= sizeof(struct rv_trailer));
    check(patch->trailer.size == body && patch->trailer.checksum == wanted.checksum);
    check(patch->trailer.build_id_size <= sizeof(patch->trailer.build_id));
    check(!(flags & ASKS && flags & UNSIGNED));
    check((patch->sealed >= 0) == (flags & ASKS));
    if (patch->sealed < 0)
        return;
    check(pread(patch->sealed, loaded, sizeof(loaded), 0) == (ssize_t)file_size);
    check(memcmp(loaded, file, file_size) == 0);
    check(pwrite(patch->sealed, "x", 1, 0) < 0);
}

static int lowest_descriptor(void)
{
    int fd = dup(0);
    close(fd);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rv_detail detail = {0};
    struct rv_patch_file patch;
    int fd, before;

    if (size < 1 || size > sizeof(file) - sizeof(struct rv_trailer))
        return 0;
    flags = data[0];
    make_file(data + 1, size - 1);
    fd = memfd_create("patch", MFD_CLOEXEC);
    if (fd < 0 || write(fd, file, file_size) != (ssize_t)file_size)
        abort();
    before = lowest_descriptor();
    if (rv_patch_file_check(fd, "fuzzed", (struct rv_bytes){0}, &patch, &detail) == 0)
        check_accepted(&patch);
    rv_patch_file_close(&patch);
    check(lowest_descriptor() == before);
    close(fd);
    return 0;
}
