/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scan.c - a conservative search for pointers.
 */
#define _GNU_SOURCE
#include "scan.h"
#include "arch.h"
#include "revector/error.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHUNK 4096u    /* words */
#define SMALL 0x10000u /* bytes; not worth a question */

static int add(uintptr_t list[RV_SCAN_FRAMES], uintptr_t value)
{
    for (int n = 0; n < RV_SCAN_FRAMES; n++) {
        if (list[n] == value)
            return 0;
        if (!list[n]) {
            list[n] = value;
            return 0;
        }
    }
    return RV_EUNREADABLE;
}

/* The kernel's own struct: the C library's sigaction hides the restorer. */
static int note_restorers(struct rv_scan *scan)
{
    int error = 0;

    for (int number = 1; number < NSIG && !error; number++) {
        struct {
            void *handler;
            unsigned long flags;
            uintptr_t restorer;
            uint64_t mask;
        } action = {.flags = 0};
        if (syscall(SYS_rt_sigaction, number, NULL, &action, sizeof(action.mask)) != 0 ||
            !action.restorer)
            continue;
        scan->leaves_stacks |= (action.flags & SA_ONSTACK) != 0;
        error = add(scan->restorers, action.restorer);
    }
    return error;
}

int rv_scan_start(struct rv_scan *scan, const struct rv_piece *pieces, size_t count)
{
    *scan = (struct rv_scan){.pieces = pieces, .count = count, .low = UINTPTR_MAX};
    for (size_t n = 0; n < count; n++) {
        if (pieces[n].start < scan->low)
            scan->low = pieces[n].start;
        if (pieces[n].end > scan->high)
            scan->high = pieces[n].end;
    }
    scan->where = calloc(count, sizeof(*scan->where));
    scan->loose = calloc(count, sizeof(*scan->loose));
    scan->memory = open("/proc/thread-self/mem", O_RDONLY | O_CLOEXEC);
    rv_pages_open(&scan->pages);
    if (!scan->where || !scan->loose)
        return RV_ENOMEM;
    return scan->memory < 0 ? RV_EUNREADABLE : note_restorers(scan);
}

void rv_scan_end(struct rv_scan *scan)
{
    if (scan->memory >= 0)
        close(scan->memory);
    rv_pages_close(&scan->pages);
    free(scan->where);
    free(scan->loose);
    *scan = (struct rv_scan){.memory = -1, .pages.fd = -1};
}

void rv_scan_reset(struct rv_scan *scan, int32_t thread)
{
    scan->thread = thread;
    memset(scan->where, 0, scan->count * sizeof(*scan->where));
    memset(scan->frames, 0, sizeof(scan->frames));
}

/* The piece that an address lies in; scan->count: none. */
static size_t find(const struct rv_scan *scan, uintptr_t word)
{
    size_t low = 0, high = scan->count;

    if (word < scan->low || word >= scan->high)
        return scan->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scan->pieces[middle].end <= word)
            low = middle + 1;
        else
            high = middle;
    }
    return low < scan->count && word >= scan->pieces[low].start ? low : scan->count;
}

/* Unreadable code, of which there should be none, counts. */
static int is_behind_call(const struct rv_scan *scan, const struct rv_piece *piece, uintptr_t word)
{
    unsigned char code[RV_ARCH_CALL_MAX];
    const size_t room = word - piece->start < sizeof(code) ? word - piece->start : sizeof(code);
    unsigned char *const end = code + sizeof(code);

    return pread(scan->memory, end - room, room, (off_t)(word - room)) != (ssize_t)room ||
           rv_arch_is_behind_call(end, room);
}

/*
 * Whether the word may be one that leads into the piece when it is jumped to. A body's address
 * does so only from a handler's frame: where the handler has interrupted the body, or a caller
 * that has loaded it from a table and has not jumped yet.
 */
static int is_pointer(const struct rv_scan *scan, const struct rv_piece *piece, uintptr_t where)
{
    return piece->kind != RV_PIECE_BODY || where < scan->registers;
}

/* The piece is that of the call, behind which the next function may begin. */
static int is_return(const struct rv_scan *scan, const struct rv_piece *piece, uintptr_t word)
{
    return piece->kind != RV_PIECE_TABLE && is_behind_call(scan, piece, word);
}

/*
 * The frames below are those of a method fault, which may have chosen a body and not gone there
 * yet; it takes no lock then, but what it is instrumented with may.
 */
static void count_loose(struct rv_scan *scan)
{
    for (size_t n = 0; n < scan->count; n++)
        if (scan->loose[n])
            scan->where[n] = scan->loose[n];
}

static void scan_word(struct rv_scan *scan, uintptr_t word, uintptr_t where)
{
    const size_t at = find(scan, word), before = find(scan, word - 1);

    if (at < scan->count)
        (is_pointer(scan, &scan->pieces[at], where) ? scan->where : scan->loose)[at] = where;
    if (before < scan->count && is_return(scan, &scan->pieces[before], word))
        scan->where[before] = where;
    if (word == (uintptr_t)rv_fault_chosen)
        count_loose(scan);
}

void rv_scan_register(struct rv_scan *scan, uintptr_t value)
{
    size_t n = find(scan, value);

    if (n < scan->count && scan->pieces[n].kind != RV_PIECE_TABLE)
        scan->where[n] = RV_SCAN_REGISTER;
}

static int is_restorer(const struct rv_scan *scan, uintptr_t word)
{
    for (int n = 0; n < RV_SCAN_FRAMES && scan->restorers[n]; n++)
        if (scan->restorers[n] == word)
            return 1;
    return 0;
}

int rv_scan_read(const struct rv_scan *scan, uintptr_t address, uintptr_t *word)
{
    return pread(scan->memory, word, sizeof(*word), (off_t)address) == sizeof(*word)
               ? 0
               : RV_EUNREADABLE;
}

/*
 * Whether the control block of the thread lies at `address`, as the word there says. Three
 * words that contradict nothing: another C library's would, and then the scan goes on.
 */
static int is_control_block(const struct rv_scan *scan, uintptr_t word, uintptr_t address)
{
    uintptr_t self, tid;

    return word == address && scan->thread > 0 &&
           rv_scan_read(scan, address + RV_ARCH_TCB_SELF, &self) == 0 && self == address &&
           rv_scan_read(scan, address + RV_ARCH_TCB_TID, &tid) == 0 && (int32_t)tid == scan->thread;
}

/* Where a handler returns to is the lowest word of the frame that the kernel made for it. */
static int note_frame(struct rv_scan *scan, uintptr_t where)
{
    scan->registers = where + RV_ARCH_SIGNAL_REGISTERS;
    return scan->leaves_stacks ? add(scan->frames, where) : 0;
}

/* Every word in [start, end), both aligned. */
static int scan_words(struct rv_scan *scan, uintptr_t start, uintptr_t end)
{
    static uintptr_t words[CHUNK]; /* callers take turns */

    while (start < end) {
        size_t size = end - start < sizeof(words) ? end - start : sizeof(words);
        ssize_t got = pread(scan->memory, words, size, (off_t)start);
        if (got < (ssize_t)sizeof(uintptr_t))
            return RV_EUNREADABLE;
        for (size_t n = 0; n < (size_t)got / sizeof(uintptr_t); n++) {
            const uintptr_t where = start + n * sizeof(uintptr_t);
            if (where >= scan->end)
                return 0;
            if (is_control_block(scan, words[n], where))
                scan->end = where + RV_ARCH_TCB_SPAN;
            if (is_restorer(scan, words[n]) && note_frame(scan, where))
                return RV_EUNREADABLE;
            scan_word(scan, words[n], where);
        }
        start += (size_t)got & ~(sizeof(uintptr_t) - 1);
    }
    return 0;
}

/*
 * A stack may lie next to memory of another kind, even gigabytes that were never
 * written and so hold no pointer: those pages are left out.
 */
int rv_scan_range(struct rv_scan *scan, uintptr_t start, uintptr_t end)
{
    start &= ~(uintptr_t)(sizeof(uintptr_t) - 1);
    scan->end = UINTPTR_MAX;
    scan->registers = 0;
    memset(scan->loose, 0, scan->count * sizeof(*scan->loose));
    if (end - start <= SMALL)
        return scan_words(scan, start, end);
    while (start < end && start < scan->end) {
        const struct rv_range run = rv_pages_next(&scan->pages, RV_PAGES_USED, start, end);
        const uintptr_t from = run.start > start ? run.start : start;
        const uintptr_t until = run.end < end ? run.end : end;
        int error = from < until ? scan_words(scan, from, until) : 0;
        if (error)
            return error;
        start = until;
    }
    return 0;
}
