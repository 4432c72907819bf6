/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - memory for the core: pages, and small pieces cut out of pages.
 *
 * Not malloc: the program's own may be a method itself, and its lock may be held
 * by whoever forks. Small pieces come in powers of two from 32 to 2,048 bytes out
 * of pages that are kept; larger ones are pages of their own. Under the core lock.
 */
#define _GNU_SOURCE
#include "memory.h"
#include "rv_platform.h"
#include "revector/error.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SMALLEST 32u
#define CLASSES  7u /* 32 to 2,048 */
#define SLAB     4096u

struct piece {
    struct piece *next;
};

static struct piece *free_pieces[CLASSES];

/* Pages of which pieces were cut, and pieces that are pages. */
struct extent {
    struct extent *next;
    struct rv_range pages;
};

static struct extent *extents;

static size_t whole_pages(size_t bytes)
{
    static size_t page;
    if (!page)
        page = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) & ~(page - 1);
}

void *rv_platform_pages_alloc(size_t bytes)
{
    /* Populated at once: registration writes every page, and a fault each costs more. */
    void *pages = mmap(NULL, whole_pages(bytes), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

void rv_platform_pages_free(void *pages, size_t bytes)
{
    munmap(pages, whole_pages(bytes));
}

int rv_platform_protect(void *start, size_t bytes, int writable)
{
    uintptr_t first = (uintptr_t)start & ~(uintptr_t)(whole_pages(1) - 1);
    size_t size = whole_pages((uintptr_t)start + bytes - first);
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;

    return mprotect((void *)first, size, protection) ? RV_EPROTECT : 0;
}

static unsigned class_of(size_t bytes)
{
    unsigned n = 0;
    while (n < CLASSES && SMALLEST << n < bytes)
        n++;
    return n;
}

/* Without memory it is not in the list: then what it says of a patch keeps that loaded. */
static void note(void *pages, size_t bytes)
{
    struct extent *extent = pages ? rv_platform_alloc(sizeof(*extent)) : NULL;

    if (!extent)
        return;
    *extent = (struct extent){extents, {(uintptr_t)pages, (uintptr_t)pages + bytes}};
    extents = extent;
}

static void forget(const void *pages)
{
    struct extent **at = &extents, *extent;

    while (*at && (*at)->pages.start != (uintptr_t)pages)
        at = &(*at)->next;
    extent = *at;
    if (!extent)
        return;
    *at = extent->next;
    rv_platform_free(extent, sizeof(*extent));
}

size_t rv_memory_list(struct rv_range *to, size_t room)
{
    size_t count = 0;

    rv_platform_lock();
    for (const struct extent *extent = extents; extent; extent = extent->next, count++)
        if (count < room)
            to[count] = extent->pages;
    rv_platform_unlock();
    return count;
}

static void cut_slab(unsigned n)
{
    char *slab = rv_platform_pages_alloc(SLAB);
    for (size_t at = 0; slab && at + (SMALLEST << n) <= SLAB; at += SMALLEST << n) {
        struct piece *piece = (struct piece *)(slab + at);
        piece->next = free_pieces[n];
        free_pieces[n] = piece;
    }
    note(slab, SLAB);
}

static void *alloc_pages(size_t bytes)
{
    void *pages = rv_platform_pages_alloc(bytes);

    note(pages, bytes);
    return pages;
}

void *rv_platform_alloc(size_t bytes)
{
    const unsigned n = class_of(bytes);
    struct piece *piece;

    if (n == CLASSES)
        return alloc_pages(bytes);
    if (!free_pieces[n])
        cut_slab(n);
    piece = free_pieces[n];
    if (!piece)
        return NULL;
    free_pieces[n] = piece->next;
    return memset(piece, 0, SMALLEST << n);
}

void rv_platform_free(void *memory, size_t bytes)
{
    const unsigned n = class_of(bytes);
    struct piece *piece = memory;

    if (n == CLASSES) {
        forget(memory);
        rv_platform_pages_free(memory, bytes);
        return;
    }
    piece->next = free_pieces[n];
    free_pieces[n] = piece;
}
