/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libraries.c - see libraries.h.
 */
#define _GNU_SOURCE
#include "libraries.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"

/* ---- ELF files ---- */

struct elf_file {
    Elf *elf; /* null: it is none, or cannot be read */
    int fd;
};

static struct elf_file open_elf(const char *path)
{
    struct elf_file file = {.fd = open(path, O_RDONLY | O_CLOEXEC)};

    elf_version(EV_CURRENT);
    file.elf = elf_begin(file.fd, ELF_C_READ_MMAP, NULL);
    return file;
}

static void close_elf(struct elf_file *file)
{
    elf_end(file->elf);
    if (file->fd >= 0)
        close(file->fd);
}

/* The next section of that type behind `section`; a null pointer: none. */
static Elf_Scn *next_section(Elf *elf, Elf_Scn *section, GElf_Word type, GElf_Shdr *header)
{
    while (elf && (section = elf_nextscn(elf, section)))
        if (gelf_getshdr(section, header) && header->sh_type == type)
            return section;
    return NULL;
}

/* Of a number of a version. */
enum { HIDDEN = 0x8000, FIRST_VERSION = VER_NDX_GLOBAL + 1 };

/* The name of a version that is asked of another file; a null pointer: it is none of those. */
static const char *asked_version(Elf *elf, GElf_Versym number)
{
    GElf_Shdr header;
    Elf_Scn *section = next_section(elf, NULL, SHT_GNU_verneed, &header);
    Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
    GElf_Verneed file;
    GElf_Vernaux version;

    for (size_t at = 0; data && gelf_getverneed(data, (int)at, &file); at += file.vn_next) {
        size_t inner = at + file.vn_aux;

        for (; gelf_getvernaux(data, (int)inner, &version); inner += version.vna_next) {
            if (version.vna_other == number)
                return elf_strptr(elf, header.sh_link, version.vna_name);
            if (!version.vna_next)
                break;
        }
        if (!file.vn_next)
            break;
    }
    return NULL;
}

static void visit_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
                          void (*visit)(const struct rv_symbol *symbol, void *context),
                          void *context)
{
    GElf_Shdr unused;
    Elf_Scn *versions = next_section(elf, NULL, SHT_GNU_versym, &unused);
    Elf_Data *data = elf_getdata(section, NULL);
    Elf_Data *numbers = versions ? elf_getdata(versions, NULL) : NULL;
    GElf_Sym symbol;

    for (int i = 1; data && gelf_getsym(data, i, &symbol); i++) {
        GElf_Versym number = VER_NDX_GLOBAL;
        struct rv_symbol seen = {
            .name = elf_strptr(elf, header->sh_link, symbol.st_name),
            .is_undefined = symbol.st_shndx == SHN_UNDEF,
            .is_local = GELF_ST_BIND(symbol.st_info) == STB_LOCAL,
            .is_weak = GELF_ST_BIND(symbol.st_info) == STB_WEAK,
        };
        if (numbers)
            (void)gelf_getversym(numbers, i, &number);
        if (seen.is_undefined && number > VER_NDX_GLOBAL)
            seen.version = asked_version(elf, number & ~HIDDEN);
        seen.is_old = (number & HIDDEN) && (number & ~HIDDEN) > FIRST_VERSION;
        if (seen.name && *seen.name)
            visit(&seen, context);
    }
}

void rv_symbols_each(const char *path, void (*visit)(const struct rv_symbol *symbol, void *context),
                     void *context)
{
    struct elf_file file = open_elf(path);
    Elf_Scn *section = NULL;
    GElf_Shdr header;

    while ((section = next_section(file.elf, section, SHT_DYNSYM, &header)))
        visit_symbols(file.elf, section, &header, visit, context);
    close_elf(&file);
}

static int interpreter_of(const char *program, char *path, size_t size)
{
    struct elf_file file = open_elf(program);
    GElf_Phdr header;
    int found = 0;

    for (int i = 0; file.elf && !found && gelf_getphdr(file.elf, i, &header); i++)
        if (header.p_type == PT_INTERP && header.p_filesz > 0 && header.p_filesz < size)
            found = pread(file.fd, path, header.p_filesz, (off_t)header.p_offset) ==
                    (ssize_t)header.p_filesz;
    close_elf(&file);
    return found;
}

int rv_file_is_program(const char *path)
{
    char interpreter[PATH_MAX];

    return interpreter_of(path, interpreter, sizeof(interpreter));
}

/* ---- which there are ---- */

static int add(const char *path, const char *name, void *context)
{
    struct rv_libraries *libraries = context;
    char **paths = realloc(libraries->paths, (libraries->count + 1) * sizeof(*paths));

    (void)name;
    if (!paths)
        return RV_ENOMEM;
    libraries->paths = paths;
    paths[libraries->count] = strdup(path);
    return paths[libraries->count++] ? 0 : RV_ENOMEM;
}

/* Lines are "name => /path (address)" or "/path (address)". */
static int add_listed(char *list, struct rv_libraries *libraries)
{
    int error = 0;

    for (char *line = strtok(list, "\n"); line && !error; line = strtok(NULL, "\n")) {
        char *path = strchr(line, '/');

        if (!path)
            continue;
        path[strcspn(path, " ")] = 0;
        error = add(path, NULL, libraries);
    }
    return error;
}

/* A library names no loader; then it is taken to get the one that this command has. */
static int list_file(const char *program, struct rv_libraries *libraries)
{
    char interpreter[PATH_MAX], list[65536];
    struct rv_words words = {0};
    struct rv_reason unused;
    int error;

    libraries->has_all = interpreter_of(program, interpreter, sizeof(interpreter));
    if (!libraries->has_all && !interpreter_of("/proc/self/exe", interpreter, sizeof(interpreter)))
        return 0;
    rv_words_add(&words, interpreter);
    rv_words_add(&words, "--list");
    rv_words_add(&words, program);
    error = words.error;
    if (!error && rv_tool_capture(&words, list, sizeof(list), &unused))
        libraries->has_all = 0;
    else if (!error)
        error = add(program, NULL, libraries);
    if (!error && libraries->count)
        error = add_listed(list, libraries);
    rv_words_free(&words);
    return error;
}

int rv_libraries_find(const char *program, struct rv_libraries *libraries)
{
    char path[PATH_MAX];
    int error;

    *libraries = (struct rv_libraries){0};
    if (!rv_process_is_number(program))
        return realpath(program, path) ? list_file(path, libraries) : 0;
    error = rv_process_files(atoi(program), add, libraries);
    libraries->has_all = !error;
    return error == RV_ENOMEM ? error : 0;
}

void rv_libraries_free(struct rv_libraries *libraries)
{
    while (libraries->count)
        free(libraries->paths[--libraries->count]);
    free(libraries->paths);
    *libraries = (struct rv_libraries){0};
}

/* ---- linking ---- */

/* The next string with that tag behind entry *at, from -1 on; a null pointer: none. */
static const char *next_string(Elf *elf, GElf_Sxword tag, int *at)
{
    GElf_Shdr header;
    Elf_Scn *section = next_section(elf, NULL, SHT_DYNAMIC, &header);
    Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
    GElf_Dyn entry;

    while (data && gelf_getdyn(data, ++*at, &entry))
        if (entry.d_tag == tag)
            return elf_strptr(elf, header.sh_link, entry.d_un.d_val);
    return NULL;
}

enum { NOT_LINKED = -1, NOT_NAMED = INT_MAX };

/* Where `image` names the library: an entry of its dynamic section, NOT_NAMED, NOT_LINKED. */
static int place_of(const char *path, Elf *image)
{
    struct elf_file file = open_elf(path);
    GElf_Shdr header;
    int first = -1, at = -1, place = NOT_LINKED;
    /* by its name alone the process finds the one that it has loaded */
    const char *needed, *name = next_string(file.elf, DT_SONAME, &first);

    if (name && next_section(file.elf, NULL, SHT_GNU_verdef, &header)) {
        while ((needed = next_string(image, DT_NEEDED, &at)) && strcmp(needed, name))
            ;
        place = needed ? at : NOT_NAMED;
    }
    close_elf(&file);
    return place;
}

struct candidate {
    const char *path;
    size_t number; /* keeps the order of those that are not named */
    int place;
};

static int compare_places(const void *one, const void *other)
{
    const struct candidate *a = one, *b = other;

    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

void rv_libraries_link(const struct rv_libraries *libraries, const char *image,
                       struct rv_words *words)
{
    struct candidate *all = calloc(libraries->count + 1, sizeof(*all));
    struct elf_file file = open_elf(image);

    if (!all)
        words->error = RV_ENOMEM;
    for (size_t n = 0; all && n < libraries->count; n++)
        all[n] =
            (struct candidate){libraries->paths[n], n, place_of(libraries->paths[n], file.elf)};
    close_elf(&file);
    if (all)
        qsort(all, libraries->count, sizeof(*all), compare_places);
    for (size_t n = 0; all && n < libraries->count; n++)
        if (all[n].place != NOT_LINKED)
            rv_words_add(words, all[n].path);
    free(all);
}
