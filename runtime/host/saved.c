/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saved.c - goes through memory, mapping by mapping, SWEEPS times in a search.
 */
#define _GNU_SOURCE
#include "saved.h"
#include "arch.h"
#include "maps.h"
#include "ours.h"
#include "pages.h"
#include "revector/error.h"
#include "sort.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SWEEPS 2
#define WORDS  4096u /* read at once */
#define AHEAD  (1ul << 30) /* bytes */
#define PAGE   4096u /* bytes, or a part of one; the next step behind what cannot be read */

static uintptr_t words[WORDS]; /* copies of what is searched; in memory that is left out */

static struct {
    struct rv_saved *all; /* ascending; see own.h */
    uintptr_t *seen;      /* per patch: a pointer in the mapping that is being searched, or 0 */
    size_t count, left;   /* left: of which no pointer has been found */
    uintptr_t low, high;  /* of all patches together */
    struct rv_maps maps;
    size_t mapping;       /* number in the list */
    uintptr_t at;         /* in it */
    struct rv_range run;  /* of pages, the last that was asked for; goes on in later steps */
    int sweep;
    int memory;           /* during a step: /proc/thread-self/mem */
    struct rv_pages pages;
} search = {.maps.fd = -1, .memory = -1, .pages.fd = -1};

/* ---- a word ---- */

/* Which patch the word leads into; `count`: none. Sanitizers: see look_at_all. */
__attribute__((no_sanitize("address", "thread", "undefined"))) static size_t find(uintptr_t word)
{
    size_t low = 0, high = search.count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (search.all[middle].patch.end <= word)
            low = middle + 1;
        else
            high = middle;
    }
    return low < search.count && word >= search.all[low].patch.start ? low : search.count;
}

static void found(size_t n, enum rv_hold why, uintptr_t where)
{
    if (search.all[n].why != RV_HOLD_UNEXAMINED)
        return;
    search.all[n].why = why;
    search.all[n].where = where;
    search.left--;
}

/* Word number n. A patch may point to itself. */
static void look_at(size_t n, uintptr_t where)
{
    const size_t which = find(words[n]);
    const struct rv_saved *patch = &search.all[which];

    if (which == search.count || patch->why != RV_HOLD_UNEXAMINED || search.seen[which] ||
        (where >= patch->patch.start && where < patch->patch.end) || rv_ours_has(where) ||
        rv_linked_has(patch->linked, words, n, where))
        return;
    search.seen[which] = where;
}

static void look_in_kernel(uintptr_t pointer, enum rv_hold why, uintptr_t where)
{
    const size_t n = find(pointer);

    if (n < search.count)
        found(n, why, where);
}

/* ---- a thread's stack ---- */

static struct rv_mapping *mapping(void)
{
    return &search.maps.all[search.mapping];
}

/* The C library puts a guard below each stack that it makes. An empty range: there is none. */
static struct rv_range guard(void)
{
    const struct rv_mapping *before = search.mapping ? mapping() - 1 : NULL;

    if (!before || !before->is_closed || before->end != mapping()->start)
        return (struct rv_range){0, 0};
    return (struct rv_range){before->start, before->end};
}

/*
 * Whether word number n, which is its own address, begins a thread's control block, at the end
 * of the stack above the guard: it has its own address once more, and the stack's. Of a thread
 * that is gone there is no less: the C library keeps the stack for another one.
 */
static int is_control_block(size_t n, size_t count, uintptr_t where, struct rv_range guard)
{
    if (n + RV_ARCH_TCB_SELF / sizeof(*words) >= count ||
        words[n + RV_ARCH_TCB_SELF / sizeof(*words)] != where)
        return 0;
    for (; n < count; n++)
        if (words[n] >= guard.start && words[n] < guard.end)
            return 1;
    return 0;
}

/* What is on a stack is seen when its thread is looked at; the rest of it nobody uses. */
static void forget_seen(void)
{
    memset(search.seen, 0, search.count * sizeof(*search.seen));
}

static void take_seen(void)
{
    for (size_t n = 0; n < search.count; n++)
        if (search.seen[n])
            found(n, RV_HOLD_MEMORY, search.seen[n]);
    forget_seen();
}

/* ---- a run of pages ---- */

/* Sanitizers: all of it is ours, and this is where the time goes. */
__attribute__((no_sanitize("address", "thread", "undefined"))) static void
look_at_all(size_t count, uintptr_t start)
{
    const uintptr_t low = search.low, size = search.high - low;
    const struct rv_range below = guard();

    for (size_t n = 0; n < count; n++) {
        const uintptr_t where = start + n * sizeof(*words);
        if (words[n] - low < size)
            look_at(n, where);
        if (words[n] == where && is_control_block(n, count, where, below))
            forget_seen();
    }
}

/* Memory that has gone meanwhile, or cannot be read, holds nothing that is used. */
static void look_through(uintptr_t start, uintptr_t end)
{
    while (start < end) {
        const size_t wanted = end - start < sizeof(words) ? end - start : sizeof(words);
        const ssize_t got = pread(search.memory, words, wanted, (off_t)start);

        if (got > 0)
            look_at_all((size_t)got / sizeof(*words), start);
        start += got > 0 ? (size_t)got : PAGE;
    }
}

/* ---- mappings ---- */

static int is_wanted(const struct rv_mapping *mapping)
{
    return mapping->kind == RV_MAPPING_MEMORY && (!mapping->is_shared || mapping->is_written);
}

static void next_mapping(void)
{
    take_seen();
    search.mapping++;
    if (search.mapping < search.maps.count)
        search.at = mapping()->start;
}

/* The kernel goes through all that it is asked about, so not more than AHEAD. */
static void find_run(void)
{
    const enum rv_pages_kind kind = mapping()->is_shared ? RV_PAGES_SHARED : RV_PAGES_PRIVATE;
    uintptr_t end = mapping()->end;

    if (end - search.at > AHEAD)
        end = search.at + AHEAD;
    search.run = rv_pages_next(&search.pages, kind, search.at, end);
    search.at = search.run.start;
}

/* Returns how many bytes have been searched; at most about `room`. */
static size_t go_through_mapping(size_t room)
{
    size_t size;

    if (!is_wanted(mapping()) || search.at >= mapping()->end) {
        next_mapping();
        return 0;
    }
    if (search.at >= search.run.end)
        find_run();
    size = search.run.end - search.at;
    if (size > room)
        size = room;
    look_through(search.at, search.at + size);
    search.at += size;
    return size + sizeof(words); /* a question has its price, too */
}

/* ---- a search ---- */

static int note_ours(void)
{
    struct rv_range *patches = rv_own_alloc(search.count, sizeof(*patches));
    int error = patches ? 0 : RV_ENOMEM;

    for (size_t n = 0; n < search.count && !error; n++)
        patches[n] = search.all[n].patch;
    if (!error)
        error = rv_ours_note(patches, search.count);
    rv_own_free(patches);
    return error;
}

/* The list of mappings is ours as well. */
static int start_sweep(void)
{
    int error;

    rv_maps_close(&search.maps);
    error = rv_maps_open(&search.maps);
    if (!error)
        error = rv_maps_list(&search.maps);
    rv_maps_close_file(&search.maps); /* the next step may be a thread's with other descriptors */
    if (!error)
        error = note_ours();
    if (!error)
        error = rv_saved_each_in_kernel(look_in_kernel);
    if (error)
        return error;
    search.mapping = 0;
    search.at = mapping()->start;
    search.run = (struct rv_range){0, 0};
    return 0;
}

static int starts_before(const void *a, const void *b)
{
    const struct rv_saved *left = a, *right = b;
    return left->patch.start < right->patch.start;
}

int rv_saved_begin(struct rv_saved *patches, size_t count)
{
    int error;

    rv_sort(patches, (uint32_t)count, sizeof(*patches), starts_before);
    search.all = patches;
    search.seen = rv_own_alloc(count, sizeof(*search.seen));
    search.low = patches[0].patch.start;
    search.high = patches[count - 1].patch.end;
    search.count = search.left = count;
    search.sweep = 0;
    error = search.seen ? start_sweep() : RV_ENOMEM;
    if (error)
        rv_saved_end();
    return error;
}

int rv_saved_is_on(void)
{
    return search.count != 0;
}

static int open_memory(void)
{
    search.memory = open("/proc/thread-self/mem", O_RDONLY | O_CLOEXEC);
    rv_pages_open(&search.pages);
    return search.memory < 0 ? RV_EUNREADABLE : 0;
}

static void close_memory(void)
{
    rv_pages_close(&search.pages);
    if (search.memory >= 0)
        close(search.memory);
    search.memory = -1;
}

/* One sweep to its end, or `bytes`, or nothing is left to be found. */
static void go_through(size_t bytes)
{
    while (search.mapping < search.maps.count && search.left) {
        const size_t done = go_through_mapping(bytes);
        if (done >= bytes)
            return;
        bytes -= done;
    }
}

int rv_saved_go_on(size_t bytes)
{
    int error = open_memory();

    if (!error)
        go_through(bytes);
    close_memory();
    if (error || !search.left)
        return error;
    if (search.mapping < search.maps.count)
        return 1;
    if (++search.sweep == SWEEPS)
        return 0;
    error = start_sweep();
    return error ? error : 1;
}

int rv_saved_read(uintptr_t where, uintptr_t *word)
{
    const int memory = open("/proc/thread-self/mem", O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;

    if (memory >= 0) {
        got = pread(memory, word, sizeof(*word), (off_t)where);
        close(memory);
    }
    return got == sizeof(*word);
}

const struct rv_saved *rv_saved_result(size_t *count)
{
    *count = search.count;
    return search.all;
}

/* In this order: the child of a fork ends it, too. */
void rv_saved_end(void)
{
    void *all = search.all, *seen = search.seen;

    search.count = 0;
    search.all = NULL;
    search.seen = NULL;
    rv_own_free(all);
    rv_own_free(seen);
    rv_maps_close(&search.maps);
    rv_ours_forget();
}

/* Its descriptors were in a table that is not here. */
void rv_saved_in_child(void)
{
    search.maps.fd = search.memory = search.pages.fd = -1;
    rv_saved_end();
}
