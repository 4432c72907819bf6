/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pages.c - asks the kernel: pagemap, or mincore where others may have written.
 *
 * Documentation/admin-guide/mm/pagemap.rst. Linux from 6.7 on answers with runs of pages, and
 * steps over what is not there; older ones have a word for each page, present or not.
 */
#define _GNU_SOURCE
#include "pages.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define WINDOW 4096u /* pages in one question */

/* linux/fs.h of Linux 6.7; older headers lack it. */
struct scan_region {
    uint64_t start, end, categories;
};
struct scan_question {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
#define SCAN          _IOWR('f', 16, struct scan_question)
#define SCAN_FILE     (1u << 2)
#define SCAN_PRESENT  (1u << 3)
#define SCAN_SWAPPED  (1u << 4)
#define SCAN_PFN_ZERO (1u << 5)

/* Bits of a word of pagemap. */
#define IS_PRESENT (1ull << 63)
#define IS_SWAPPED (1ull << 62)
#define IS_OF_FILE (1ull << 61)

static uintptr_t page_size(void)
{
    static uintptr_t size;

    if (!size)
        size = (uintptr_t)sysconf(_SC_PAGESIZE);
    return size;
}

void rv_pages_open(struct rv_pages *pages)
{
    pages->fd = open("/proc/thread-self/pagemap", O_RDONLY | O_CLOEXEC);
}

void rv_pages_close(struct rv_pages *pages)
{
    if (pages->fd >= 0)
        close(pages->fd);
    pages->fd = -1;
}

/* The run of what `counts` says, from the first on; ending at most with the window. */
static struct rv_range run_in(uintptr_t first, size_t count, int (*counts)(size_t n))
{
    struct rv_range run;
    size_t n = 0;

    while (n < count && !counts(n))
        n++;
    run.start = first + n * page_size();
    while (n < count && counts(n))
        n++;
    run.end = first + n * page_size();
    return run;
}

/* ---- runs ---- */

/* 0: this kernel does not know the question. */
static int ask_for_run(int fd, enum rv_pages_kind kind, uintptr_t at, uintptr_t end,
                       struct rv_range *run)
{
    struct scan_region region = {0};
    struct scan_question question = {.size = sizeof(question),
                                     .start = at,
                                     .end = end,
                                     .vec = (uintptr_t)&region,
                                     .vec_len = 1,
                                     .category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
                                     .return_mask = SCAN_PRESENT};
    int got;

    if (kind == RV_PAGES_PRIVATE) {
        question.category_mask = SCAN_FILE | SCAN_PFN_ZERO;
        question.category_inverted = SCAN_FILE | SCAN_PFN_ZERO;
    }
    got = ioctl(fd, SCAN, &question);
    if (got < 0)
        return 0;
    *run = got ? (struct rv_range){region.start, region.end} : (struct rv_range){end, end};
    return 1;
}

/* ---- a word for each page ---- */

static uint64_t entries[WINDOW]; /* callers take turns */

static int is_used(size_t n)
{
    return (entries[n] & (IS_PRESENT | IS_SWAPPED)) != 0;
}

static int is_private(size_t n)
{
    return is_used(n) && !(entries[n] & IS_OF_FILE);
}

/* A range that nobody can tell about counts. */
static struct rv_range read_window(int fd, enum rv_pages_kind kind, uintptr_t at, uintptr_t end)
{
    const ssize_t got = pread(fd, entries, (end - at) / page_size() * sizeof(*entries),
                              (off_t)(at / page_size() * sizeof(*entries)));

    if (got < (ssize_t)sizeof(*entries))
        return (struct rv_range){at, end};
    return run_in(at, (size_t)got / sizeof(*entries),
                  kind == RV_PAGES_PRIVATE ? is_private : is_used);
}

/* ---- pages that others may have brought into memory ---- */

static unsigned char states[WINDOW]; /* callers take turns */

static int is_in_core(size_t n)
{
    return states[n] & 1;
}

static struct rv_range ask_mincore(uintptr_t at, uintptr_t end)
{
    if (mincore((void *)at, end - at, states)) /* part of it is gone: reading will tell */
        return (struct rv_range){at, end};
    return run_in(at, (end - at) / page_size(), is_in_core);
}

struct rv_range rv_pages_next(const struct rv_pages *pages, enum rv_pages_kind kind, uintptr_t at,
                              uintptr_t end)
{
    struct rv_range run;

    at &= ~(page_size() - 1);
    end = (end + page_size() - 1) & ~(page_size() - 1);
    if (kind != RV_PAGES_SHARED && pages->fd >= 0 && ask_for_run(pages->fd, kind, at, end, &run))
        return run;
    if (end - at > WINDOW * page_size())
        end = at + WINDOW * page_size();
    if (kind == RV_PAGES_SHARED)
        return ask_mincore(at, end);
    return pages->fd < 0 ? (struct rv_range){at, end} : read_window(pages->fd, kind, at, end);
}
