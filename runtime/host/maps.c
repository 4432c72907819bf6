/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps.c - asks the kernel where a run of memory ends.
 *
 * Linux from 6.11 on answers for one address, in about a microsecond; older ones
 * have to be asked for the whole list each time.
 */
#define _GNU_SOURCE
#include "maps.h"
#include "own.h"
#include "revector/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* linux/fs.h of Linux 6.11; older headers lack it. */
struct procmap_query {
    uint64_t size, query_flags, query_addr;
    uint64_t vma_start, vma_end, vma_flags, vma_page_size, vma_offset, inode;
    uint32_t dev_major, dev_minor, vma_name_size, build_id_size;
    uint64_t vma_name_addr, build_id_addr;
};
#define QUERY          _IOWR('f', 17, struct procmap_query)
#define QUERY_READABLE 1u /* in vma_flags */
#define QUERY_WRITABLE 2u

int rv_maps_open(struct rv_maps *maps)
{
    *maps = (struct rv_maps){.fd = open("/proc/thread-self/maps", O_RDONLY | O_CLOEXEC)};
    return maps->fd < 0 ? RV_EUNREADABLE : 0;
}

void rv_maps_close_file(struct rv_maps *maps)
{
    if (maps->fd >= 0)
        close(maps->fd);
    maps->fd = -1;
}

void rv_maps_close(struct rv_maps *maps)
{
    struct rv_mapping *all = maps->all;

    rv_maps_close_file(maps);
    *maps = (struct rv_maps){.fd = -1}; /* first, for the child of a fork */
    rv_own_free(all);
}

/* ---- one by one ---- */

/* 1: *mapping holds `address`. 0: nothing does. An error: this kernel cannot tell. */
static int query(const struct rv_maps *maps, uintptr_t address, struct rv_mapping *mapping)
{
    struct procmap_query question = {.size = sizeof(question), .query_addr = address};

    if (ioctl(maps->fd, QUERY, &question))
        return errno == ENOENT ? 0 : RV_ESYSTEM;
    mapping->start = question.vma_start;
    mapping->end = question.vma_end;
    mapping->is_data = question.vma_flags & QUERY_READABLE && question.vma_flags & QUERY_WRITABLE;
    return 1;
}

/* ---- the whole list ---- */

/* Where the name of the mapping begins, behind five fields; an empty one at `end`. */
static const char *name_in(const char *line, const char *end)
{
    for (int field = 0; field < 5; field++) {
        while (line < end && *line != ' ')
            line++;
        while (line < end && *line == ' ')
            line++;
    }
    return line;
}

static int begins(const char *text, const char *end, const char *with)
{
    const size_t size = strlen(with);
    return (size_t)(end - text) >= size && memcmp(text, with, size) == 0;
}

/* Memory whose file nobody else writes to disk: shared memory of all kinds, and large pages. */
static int is_shared_memory(const char *name, const char *end)
{
    static const char *const names[] = {"/dev/zero", "/dev/shm/", "/memfd:", "/SYSV", "/dev/huge"};

    for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++)
        if (begins(name, end, names[n]))
            return 1;
    return 0;
}

static enum rv_mapping_kind kind_of(const char *name, const char *end)
{
    if (begins(name, end, "[stack]"))
        return RV_MAPPING_STACK;
    if (begins(name, end, "[v"))
        return RV_MAPPING_KERNEL;
    if (begins(name, end, "/dev/") && !is_shared_memory(name, end))
        return RV_MAPPING_DEVICE;
    return RV_MAPPING_MEMORY;
}

/* "start-end rwxp ...", hexadecimal, up to `end`. 0: it is something else. */
static int parse_line(const char *line, const char *end, struct rv_mapping *mapping)
{
    const char *name;
    char *at;
    mapping->start = strtoul(line, &at, 16);
    if (at >= end || *at != '-')
        return 0;
    mapping->end = strtoul(at + 1, &at, 16);
    if (end - at < 5 || *at != ' ')
        return 0;
    name = name_in(line, end);
    mapping->is_written = at[2] == 'w' || is_shared_memory(name, end);
    mapping->is_data = at[1] == 'r' && at[2] == 'w';
    mapping->is_closed = at[1] == '-' && at[2] == '-' && at[3] == '-';
    mapping->is_shared = at[4] == 's';
    mapping->kind = kind_of(name, end);
    return 1;
}

static int add(struct rv_maps *maps, const struct rv_mapping *mapping)
{
    if (maps->count == maps->capacity) {
        size_t capacity = maps->capacity ? 2 * maps->capacity : 256;
        struct rv_mapping *all = rv_own_grow(maps->all, capacity * sizeof(*all));
        if (!all)
            return RV_ENOMEM;
        maps->all = all;
        maps->capacity = capacity;
    }
    maps->all[maps->count++] = *mapping;
    return 0;
}

/* Takes whole lines out of `text`; returns how many bytes those were, or an error. */
static ssize_t parse_lines(struct rv_maps *maps, const char *text, size_t size)
{
    const char *at = text, *end;
    while ((end = memchr(at, '\n', size - (size_t)(at - text)))) {
        struct rv_mapping mapping;
        int error = parse_line(at, end, &mapping) ? add(maps, &mapping) : RV_EUNREADABLE;
        if (error)
            return error;
        at = end + 1;
    }
    return at - text;
}

int rv_maps_list(struct rv_maps *maps)
{
    char text[16384];
    size_t held = 0;
    ssize_t got, used;

    maps->count = 0;
    if (lseek(maps->fd, 0, SEEK_SET))
        return RV_EUNREADABLE;
    while ((got = read(maps->fd, text + held, sizeof(text) - 1 - held)) > 0) {
        held += (size_t)got;
        text[held] = '\0';
        used = parse_lines(maps, text, held);
        if (used < 0)
            return (int)used;
        held -= (size_t)used;
        memmove(text, text + used, held);
    }
    return got < 0 || maps->count == 0 ? RV_EUNREADABLE : 0;
}

static int find(const struct rv_maps *maps, uintptr_t address, struct rv_mapping *mapping)
{
    size_t low = 0, high = maps->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (maps->all[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == maps->count || maps->all[low].start > address)
        return 0;
    *mapping = maps->all[low];
    return 1;
}

/* ---- both ---- */

int rv_maps_run_end(struct rv_maps *maps, uintptr_t address, uintptr_t *end)
{
    int (*look_up)(const struct rv_maps *, uintptr_t, struct rv_mapping *) = query;
    struct rv_mapping mapping;
    int found = query(maps, address, &mapping);

    if (found < 0) {
        int error = rv_maps_list(maps);
        if (error)
            return error;
        look_up = find;
        found = find(maps, address, &mapping);
    }
    for (*end = 0; found > 0 && mapping.is_data; found = look_up(maps, *end, &mapping))
        *end = mapping.end;
    return 0;
}
