/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps.c - reads and searches /proc/self/maps.
 */
#define _GNU_SOURCE
#include "maps.h"
#include "revector/error.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "start-end rwxp ...", hexadecimal. Returns where the next line starts. */
static const char *parse_line(const char *line, const char *end, struct rv_mapping *mapping)
{
    char *at;
    mapping->start = strtoul(line, &at, 16);
    mapping->end = strtoul(at + 1, &at, 16);
    mapping->readable = at[1] == 'r';
    mapping->writable = at[2] == 'w';
    at = memchr(at, '\n', (size_t)(end - at));
    return at ? at + 1 : end;
}

static int add(struct rv_maps *maps, const struct rv_mapping *mapping)
{
    if (maps->count == maps->capacity) {
        size_t capacity = maps->capacity ? 2 * maps->capacity : 256;
        struct rv_mapping *all = realloc(maps->all, capacity * sizeof(*all));
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
    const char *end = memrchr(text, '\n', size);
    const char *at = text;
    if (!end)
        return 0;
    while (at <= end) {
        struct rv_mapping mapping;
        int error;
        at = parse_line(at, end + 1, &mapping);
        error = add(maps, &mapping);
        if (error)
            return error;
    }
    return end + 1 - text;
}

static int read_all(struct rv_maps *maps, int fd)
{
    char text[16384];
    size_t held = 0;
    ssize_t got, used;

    while ((got = read(fd, text + held, sizeof(text) - 1 - held)) > 0) {
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

int rv_maps_read(struct rv_maps *maps)
{
    int fd, error;

    maps->count = 0;
    fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return RV_EUNREADABLE;
    error = read_all(maps, fd);
    close(fd);
    return error;
}

void rv_maps_free(struct rv_maps *maps)
{
    free(maps->all);
    *maps = (struct rv_maps){0};
}

static size_t find(const struct rv_maps *maps, uintptr_t address)
{
    size_t low = 0, high = maps->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (maps->all[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uintptr_t rv_maps_run_end(const struct rv_maps *maps, uintptr_t address)
{
    size_t n = find(maps, address);
    uintptr_t end = 0;

    if (n == maps->count || maps->all[n].start > address)
        return 0;
    for (; n < maps->count && maps->all[n].readable && maps->all[n].writable; n++) {
        if (end && maps->all[n].start != end)
            break;
        end = maps->all[n].end;
    }
    return end;
}
