/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_maps.c - libFuzzer target for the reader of /proc/PID/maps.
 *
 * The input is what the kernel might say, but for its first eight bytes, which are
 * the address asked for. Oracle: a run of memory ends behind its address, and
 * whatever the text is, the reader comes to an end. The kernel cannot be asked about
 * single addresses of a file in memory, so the list is read.
 */
#define _GNU_SOURCE
#include "maps.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rv_maps maps = {.fd = memfd_create("maps", MFD_CLOEXEC)};
    uintptr_t address, end;

    if (size < sizeof(address) || maps.fd < 0)
        goto out;
    memcpy(&address, data, sizeof(address));
    size -= sizeof(address);
    if (write(maps.fd, data + sizeof(address), size) != (ssize_t)size)
        abort();
    if (rv_maps_run_end(&maps, address, &end) == 0 && end && end <= address)
        abort();
out:
    rv_maps_close(&maps);
    return 0;
}
