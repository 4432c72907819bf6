/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailer.c - make and check the trailer of a patch file.
 */
#define _GNU_SOURCE
#include "trailer.h"

#include <elf.h>
#include <string.h>

#include "revector/error.h"

uint64_t rv_checksum(uint64_t hash, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

uint64_t rv_trailer_compiler(const char *version)
{
    return rv_checksum(RV_CHECKSUM_START, version, version ? strlen(version) : 0);
}

/*
 * A file without a trailer: the front part of a patch, or something else. The
 * section headers are at the end of what the linker writes, and every patch
 * names its sections just before them.
 */
static int verdict_without_trailer(const uint8_t *file, size_t size)
{
    Elf64_Ehdr header;

    if (size < sizeof(header) || memcmp(file, ELFMAG, SELFMAG))
        return RV_ENOPATCH;
    memcpy(&header, file, sizeof(header));
    if (header.e_shoff > size || (size - header.e_shoff) / sizeof(Elf64_Shdr) < header.e_shnum)
        return RV_ETRUNCATED;
    return memmem(file, size, RV_SECTION_PATCH, sizeof(RV_SECTION_PATCH)) ? RV_ETRUNCATED
                                                                          : RV_ENOPATCH;
}

int rv_trailer_check(const void *file, size_t size, struct rv_trailer *trailer)
{
    const uint8_t *bytes = file;
    size_t body = size - sizeof(*trailer);

    if (size < sizeof(*trailer))
        return verdict_without_trailer(bytes, size);
    memcpy(trailer, bytes + body, sizeof(*trailer));
    if (memcmp(trailer->magic, RV_TRAILER_MAGIC, sizeof(trailer->magic)))
        return verdict_without_trailer(bytes, size);
    if (trailer->size != body)
        return RV_ETRUNCATED;
    if (trailer->abi != RV_RECORD_ABI)
        return RV_ERECORDS;
    if (trailer->build_id_size > sizeof(trailer->build_id) ||
        trailer->checksum != rv_checksum(RV_CHECKSUM_START, bytes, body))
        return RV_EDAMAGED;
    return 0;
}

struct rv_trailer rv_trailer_make(const void *file, size_t size)
{
    struct rv_trailer trailer = {
        .size = size, .compiler = rv_trailer_compiler(NULL), .abi = RV_RECORD_ABI};

    memcpy(trailer.magic, RV_TRAILER_MAGIC, sizeof(trailer.magic));
    trailer.checksum = rv_checksum(RV_CHECKSUM_START, file, size);
    return trailer;
}
