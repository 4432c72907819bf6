/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_symbols.c - see image_symbols.h.
 */
#include "image_symbols.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct symbol {
    char *name;
    uint32_t offset; /* UINT32_MAX: not for patches, and so is any other of that name */
};

struct rv_image_symbols {
    struct symbol *all; /* by name */
    size_t count, room;
    uint64_t base; /* address, as linked, of the image's first byte */
    int error;
};

/* ---- which count ---- */

/* The linker makes a hidden symbol local when it has linked what means it. */
static int is_shared_in_image(const GElf_Sym *symbol)
{
    return GELF_ST_BIND(symbol->st_info) != STB_LOCAL ||
           GELF_ST_VISIBILITY(symbol->st_other) == STV_HIDDEN ||
           GELF_ST_VISIBILITY(symbol->st_other) == STV_INTERNAL;
}

static int has_address(const GElf_Sym *symbol)
{
    const int type = GELF_ST_TYPE(symbol->st_info);

    return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx < SHN_LORESERVE &&
           (type == STT_FUNC || type == STT_OBJECT || type == STT_NOTYPE);
}

static uint32_t offset_of(const struct rv_image_symbols *symbols, const GElf_Sym *symbol)
{
    const uint64_t offset = symbol->st_value - symbols->base;

    return has_address(symbol) && offset < UINT32_MAX ? (uint32_t)offset : UINT32_MAX;
}

/* ---- the tables ---- */

static void add(struct rv_image_symbols *symbols, const char *name, uint32_t offset)
{
    if (symbols->count == symbols->room) {
        const size_t room = symbols->room ? 2 * symbols->room : 1024;
        struct symbol *all = realloc(symbols->all, room * sizeof(*all));

        if (!all) {
            symbols->error = RV_ENOMEM;
            return;
        }
        symbols->all = all;
        symbols->room = room;
    }
    symbols->all[symbols->count].offset = offset;
    symbols->all[symbols->count].name = strdup(name);
    if (symbols->all[symbols->count].name)
        symbols->count++;
    else
        symbols->error = RV_ENOMEM;
}

/* What is exported is the dynamic linker's to find: another image may come first. */
static void read_table(struct rv_image_symbols *symbols, Elf *elf, Elf_Scn *section,
                       const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    const int is_exported = header->sh_type == SHT_DYNSYM;
    GElf_Sym symbol;

    for (int i = 1; data && !symbols->error && gelf_getsym(data, i, &symbol); i++) {
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);

        if (!name || !*name || symbol.st_shndx == SHN_UNDEF || !is_shared_in_image(&symbol))
            continue;
        add(symbols, name, is_exported ? UINT32_MAX : offset_of(symbols, &symbol));
    }
}

static uint64_t base_of(Elf *elf)
{
    uint64_t base = UINT64_MAX;
    GElf_Phdr header;

    for (int i = 0; gelf_getphdr(elf, i, &header); i++)
        if (header.p_type == PT_LOAD && header.p_vaddr < base)
            base = header.p_vaddr;
    return base & ~(uint64_t)(sysconf(_SC_PAGESIZE) - 1);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(((const struct symbol *)left)->name, ((const struct symbol *)right)->name);
}

static int read_all(struct rv_image_symbols *symbols, int fd)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    Elf *elf;

    elf_version(EV_CURRENT);
    elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    if (!elf || elf_kind(elf) != ELF_K_ELF) {
        elf_end(elf);
        return RV_ENOTELF;
    }
    symbols->base = base_of(elf);
    while ((section = elf_nextscn(elf, section)))
        if (gelf_getshdr(section, &header) &&
            (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM))
            read_table(symbols, elf, section, &header);
    elf_end(elf);
    if (symbols->count)
        qsort(symbols->all, symbols->count, sizeof(*symbols->all), by_name);
    return symbols->error;
}

int rv_image_symbols_open(const char *path, struct rv_image_symbols **symbols)
{
    struct rv_image_symbols *opened = calloc(1, sizeof(*opened));
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error = !opened ? RV_ENOMEM : fd < 0 ? RV_EREAD : read_all(opened, fd);

    if (fd >= 0)
        close(fd);
    if (error) {
        rv_image_symbols_close(opened);
        opened = NULL;
    }
    *symbols = opened;
    return error;
}

void rv_image_symbols_close(struct rv_image_symbols *symbols)
{
    if (!symbols)
        return;
    for (size_t n = 0; n < symbols->count; n++)
        free(symbols->all[n].name);
    free(symbols->all);
    free(symbols);
}

/* ---- lookups ---- */

uint32_t rv_image_symbols_find(const struct rv_image_symbols *symbols, const char *name)
{
    const struct symbol key = {.name = (char *)name}, *found, *first, *end;

    if (!symbols->count)
        return UINT32_MAX;
    found = bsearch(&key, symbols->all, symbols->count, sizeof(key), by_name);
    if (!found)
        return UINT32_MAX;
    end = symbols->all + symbols->count;
    for (first = found; first > symbols->all && !strcmp(first[-1].name, name);)
        first--;
    for (found = first; found < end && !strcmp(found->name, name); found++)
        if (found->offset != first->offset)
            return UINT32_MAX;
    return first->offset;
}
