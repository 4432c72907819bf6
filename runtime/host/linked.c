/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linked.c - see linked.h.
 *
 * What the C library has of an image that it has loaded (elf/dl-object.c, elf/dl-version.c,
 * elf/dl-find_object.c of glibc 2.36): its struct link_map, which begins as <link.h> says and
 * goes on with more, such as its start, its end and that of its text; an array of the versions
 * of symbols, by name; for _dl_find_object its start, its end, the link_map and .eh_frame_hdr.
 * Of images that are gone, some of that stays in memory.
 */
#define _GNU_SOURCE
#include "linked.h"
#include "tablewalk/tw_atomic.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD       160u  /* words: more than struct link_map has */
#define BEHIND_START 3u
#define FORMER       2048u /* words that are remembered; an image has about 50 */
#define STARTS       256u  /* of images that are remembered */
#define PIECES       8u    /* of memory, to find what the linker has freed */

static int has(struct rv_range range, uintptr_t address)
{
    return address >= range.start && address < range.end;
}

/* Of a record; not on a stack, where they would stay. In the gate. */
static uintptr_t words[RECORD];

/* By the kernel: how far the memory goes is not known. Returns how many words it has read. */
static size_t read_words(uintptr_t from, size_t count)
{
    int memory = open("/proc/thread-self/mem", O_RDONLY | O_CLOEXEC);
    ssize_t got = memory < 0 ? 0 : pread(memory, words, count * sizeof(*words), (off_t)from);

    if (memory >= 0)
        close(memory);
    return got > 0 ? (size_t)got / sizeof(*words) : 0;
}

static struct rv_range find_record(uintptr_t record, struct rv_range image)
{
    struct rv_range found = {record, record};
    const size_t count = read_words(record, RECORD);

    for (size_t n = 0; n < count; n++)
        if (has(image, words[n]))
            found.end = record + (n + 1) * sizeof(*words);
    return found;
}

/* A table of the linker's: the tags of its address and of its size, or of its first byte only. */
static const struct {
    ElfW(Sxword) address, size;
} tables[] = {
    {DT_STRTAB, DT_STRSZ}, {DT_RELA, DT_RELASZ},   {DT_JMPREL, DT_PLTRELSZ},
    {DT_VERSYM, DT_NULL},  {DT_GNU_HASH, DT_NULL},
};

static ElfW(Addr) value_of(const ElfW(Dyn) * entry, ElfW(Sxword) tag, ElfW(Addr) otherwise)
{
    for (; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == tag)
            return entry->d_un.d_ptr;
    return otherwise;
}

/* Where the last of these ends; the linker has made addresses of what were offsets. */
static uintptr_t find_tables_end(const ElfW(Dyn) * dynamic)
{
    uintptr_t last = 0;

    for (size_t n = 0; n < sizeof(tables) / sizeof(*tables); n++) {
        const uintptr_t end =
            value_of(dynamic, tables[n].address, 0) + value_of(dynamic, tables[n].size, 1);
        if (end > last)
            last = end;
    }
    return last;
}

/* With the empty entry at its end. */
static struct rv_range find_dynamic(const struct link_map *map)
{
    const ElfW(Dyn) *entry = map->l_ld;

    while (entry->d_tag != DT_NULL)
        entry++;
    return (struct rv_range){(uintptr_t)map->l_ld, (uintptr_t)(entry + 1)};
}

/* ---- where images were ---- */

/* Of patches, loaded or not, the last ones. Written in the gate, read by the examiner. */
static uint64_t starts[STARTS];

static void note_start(uintptr_t start)
{
    static size_t next;

    for (size_t n = 0; n < STARTS; n++)
        if (starts[n] == start)
            return;
    tw_store_release(&starts[next++ % STARTS], start);
}

/*
 * The first segment of a shared object begins with its headers, at address 0; then come, with
 * all linkers, its tables, and behind them what the program may have the address of.
 */
void rv_linked_note(const struct link_map *map, const struct rv_place *place,
                    struct rv_linked *linked)
{
    linked->record = find_record((uintptr_t)map, (struct rv_range){place->start, place->end});
    if (map->l_addr != place->start)
        return;
    linked->tables = (struct rv_range){place->start, find_tables_end(map->l_ld)};
    linked->dynamic = find_dynamic(map);
    note_start(place->start);
}

/* ---- what was the linker's ---- */

static struct {
    struct {
        uintptr_t where, word;
    } all[FORMER];
    size_t next; /* to be overwritten */
} former;

static size_t find_former(uintptr_t where)
{
    for (size_t n = 0; n < FORMER; n++)
        if (former.all[n].where == where)
            return n;
    return FORMER;
}

static void note_former(uintptr_t where, uintptr_t word)
{
    size_t n = find_former(where);

    if (n == FORMER)
        n = former.next++ % FORMER;
    former.all[n].where = where;
    former.all[n].word = word;
}

static int is_former(uintptr_t word, uintptr_t where)
{
    const size_t n = find_former(where);

    return n < FORMER && former.all[n].word == word;
}

/* ---- the memory of a record ---- */

/* Returns how many bytes of the record lie in what malloc has handed out. */
static size_t clear_in(unsigned char *memory, size_t size, struct rv_range record)
{
    const uintptr_t start = (uintptr_t)memory, end = start + size;
    const uintptr_t from = start > record.start ? start : record.start;
    const uintptr_t to = end < record.end ? end : record.end;

    if (from >= to)
        return 0;
    explicit_bzero(memory + (from - start), to - from);
    return to - from;
}

/* Most allocators give first what was freed last, if it is as large. */
void rv_linked_clear(const struct rv_linked *linked)
{
    const size_t size = linked->record.end - linked->record.start;
    void *pieces[PIECES];
    size_t left = size, count = 0;

    while (left && count < PIECES && (pieces[count] = malloc(size)))
        left -= clear_in(pieces[count++], size, linked->record);
    while (count)
        free(pieces[--count]);
}

/* ---- a pointer ---- */

static int is_start(uintptr_t word)
{
    for (size_t n = 0; n < STARTS; n++)
        if (tw_load_acquire(&starts[n]) == word)
            return word != 0;
    return 0;
}

/* Only the linker's records have the start of an image, and then its end, that of its text, ... */
static int is_behind_start(const uintptr_t *copy, size_t n)
{
    for (size_t back = 1; back <= n && back <= BEHIND_START; back++)
        if (is_start(copy[n - back]))
            return 1;
    return 0;
}

int rv_linked_has(const struct rv_linked *linked, const uintptr_t *copy, size_t n, uintptr_t where)
{
    if (!has(linked->record, where) && !has(linked->tables, copy[n]) &&
        !has(linked->dynamic, copy[n]) && !is_behind_start(copy, n))
        return is_former(copy[n], where);
    note_former(where, copy[n]);
    return 1;
}
