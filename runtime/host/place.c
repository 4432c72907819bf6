/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.c - asks the dynamic linker where images lie.
 *
 * Takes the dynamic linker's lock inside; never with the core lock held.
 */
#define _GNU_SOURCE
#include "place.h"
#include "revector/record.h"

#include <elf.h>
#include <limits.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

static uintptr_t page_mask(void)
{
    return (uintptr_t)sysconf(_SC_PAGESIZE) - 1;
}

/* A path that is too long loses its front. */
static void copy_name(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);
    if (length >= size)
        from += length - (size - 1);
    memccpy(to, from, 0, size);
}

static void name_image(const struct dl_phdr_info *info, struct rv_place *place)
{
    char path[PATH_MAX];
    ssize_t length;

    if (info->dlpi_name && info->dlpi_name[0]) {
        copy_name(place->name, sizeof(place->name), info->dlpi_name);
        return;
    }
    length = readlink("/proc/thread-self/exe", path, sizeof(path) - 1);
    path[length < 0 ? 0 : length] = '\0';
    copy_name(place->name, sizeof(place->name), path);
}

static void read_notes(const char *at, size_t size, struct rv_place *place)
{
    const char *end = at + size;
    while (end - at >= (ptrdiff_t)sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const void *)at;
        const char *name = at + sizeof(*note);
        const char *value = name + ((note->n_namesz + 3) & ~3u);
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(name, "GNU", 4) &&
            note->n_descsz <= RV_BUILD_ID_MAX) {
            memcpy(place->build_id, value, note->n_descsz);
            place->build_id_size = note->n_descsz;
            return;
        }
        at = value + ((note->n_descsz + 3) & ~3u);
    }
}

/* Whole pages of [start, end) that the dynamic linker made read-only. */
static void note_relro(struct rv_place *place, uintptr_t start, uintptr_t end)
{
    place->relro = start & ~page_mask();
    place->relro_end = end & ~page_mask();
    if (place->relro_end < place->relro)
        place->relro_end = place->relro;
}

static void describe(const struct dl_phdr_info *info, struct rv_place *place)
{
    *place = (struct rv_place){.start = UINTPTR_MAX};
    for (unsigned n = 0; n < info->dlpi_phnum; n++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[n];
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        uintptr_t end = start + header->p_memsz;
        if (header->p_type == PT_LOAD && start < place->start)
            place->start = start & ~page_mask();
        if (header->p_type == PT_LOAD && end > place->end)
            place->end = (end + page_mask()) & ~page_mask();
        if (header->p_type == PT_GNU_RELRO)
            note_relro(place, start, end);
        if (header->p_type == PT_NOTE)
            read_notes((const char *)start, header->p_memsz, place);
    }
}

static int holds(const struct dl_phdr_info *info, uintptr_t address)
{
    for (unsigned n = 0; n < info->dlpi_phnum; n++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[n];
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_LOAD && address >= start && address - start < header->p_memsz)
            return 1;
    }
    return 0;
}

struct question {
    uintptr_t address;
    struct rv_place *place;
};

static int visit_image(struct dl_phdr_info *info, size_t size, void *context)
{
    const struct question *question = context;
    (void)size;
    if (!holds(info, question->address))
        return 0;
    describe(info, question->place);
    name_image(info, question->place);
    return 1;
}

int rv_place_of(const void *address, struct rv_place *place)
{
    struct question question = {(uintptr_t)address, place};
    *place = (struct rv_place){0};
    return dl_iterate_phdr(visit_image, &question) ? 0 : RV_ENOSYMBOL;
}

struct build_question {
    const uint8_t *build_id;
    uint32_t size;
};

static int visit_build(struct dl_phdr_info *info, size_t size, void *context)
{
    const struct build_question *question = context;
    struct rv_place place;
    (void)size;
    describe(info, &place);
    return place.build_id_size == question->size &&
           memcmp(place.build_id, question->build_id, question->size) == 0;
}

int rv_place_has_build(const uint8_t *build_id, uint32_t size)
{
    struct build_question question = {build_id, size};
    return dl_iterate_phdr(visit_build, &question);
}

struct name_question {
    uintptr_t address;
    char *name;
    size_t size;
};

static int visit_name(struct dl_phdr_info *info, size_t size, void *context)
{
    const struct name_question *question = context;
    (void)size;
    if (!holds(info, question->address))
        return 0;
    if (!memccpy(question->name, info->dlpi_name ? info->dlpi_name : "", 0, question->size))
        return RV_ETOOLONG;
    return 1;
}

int rv_place_name(uintptr_t address, char *name, size_t size)
{
    struct name_question question = {address, name, size};
    int result = dl_iterate_phdr(visit_name, &question);
    return result == 0 ? RV_ENOSYMBOL : result < 0 ? result : 0;
}

void rv_platform_place(const struct rv_image *image, struct rv_place *place)
{
    (void)rv_place_of(image, place);
}

/* The same image at the same place is the same; another one means that ours is gone. */
int rv_platform_gone(const struct rv_place *place)
{
    struct rv_place now;
    if (place->start == place->end)
        return 0; /* never known: then nobody can tell */
    if (rv_place_of((const void *)place->start, &now))
        return 1;
    return now.end != place->end || now.build_id_size != place->build_id_size ||
           memcmp(now.build_id, place->build_id, sizeof(now.build_id)) != 0 ||
           strcmp(now.name, place->name) != 0;
}
