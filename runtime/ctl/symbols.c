/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols.c - does everything that a patch takes from elsewhere exist there?
 *
 * The dynamic linker would refuse the patch as well, but in the process and with
 * the first name only; this is before anything is touched.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "process.h"
#include "tools.h"

struct missing {
    char **names;
    size_t count;
};

/* Calls `visit` for each dynamic symbol of the file; a file that is not ELF has none. */
static void each_symbol(const char *path,
                        void (*visit)(const GElf_Sym *symbol, const char *name, void *context),
                        void *context)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    Elf *elf;
    Elf_Scn *section = NULL;

    elf_version(EV_CURRENT);
    elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    while (elf && (section = elf_nextscn(elf, section))) {
        GElf_Shdr header;
        GElf_Sym symbol;
        Elf_Data *data = elf_getdata(section, NULL);

        if (!data || !gelf_getshdr(section, &header) || header.sh_type != SHT_DYNSYM)
            continue;
        for (int i = 1; gelf_getsym(data, i, &symbol); i++) {
            const char *name = elf_strptr(elf, header.sh_link, symbol.st_name);

            if (name)
                visit(&symbol, name, context);
        }
    }
    elf_end(elf);
    if (fd >= 0)
        close(fd);
}

/* ---- what is missing ---- */

static void note_undefined(const GElf_Sym *symbol, const char *name, void *context)
{
    struct missing *missing = context;
    char **grown;

    if (symbol->st_shndx != SHN_UNDEF || GELF_ST_BIND(symbol->st_info) != STB_GLOBAL || !*name)
        return;
    grown = realloc(missing->names, (missing->count + 1) * sizeof(*grown));
    if (!grown)
        return;
    missing->names = grown;
    missing->names[missing->count] = strdup(name);
    if (missing->names[missing->count])
        missing->count++;
}

static void strike_defined(const GElf_Sym *symbol, const char *name, void *context)
{
    struct missing *missing = context;

    if (symbol->st_shndx == SHN_UNDEF || GELF_ST_BIND(symbol->st_info) == STB_LOCAL)
        return;
    for (size_t i = 0; i < missing->count; i++) {
        if (strcmp(missing->names[i], name))
            continue;
        free(missing->names[i]);
        missing->names[i] = missing->names[--missing->count];
        return;
    }
}

static int strike_file(const char *path, const char *name, void *context)
{
    (void)name;
    each_symbol(path, strike_defined, context);
    return 0;
}

/* ---- what a program that does not run would load ---- */

static int interpreter_of(const char *program, char *path, size_t size)
{
    int fd = open(program, O_RDONLY | O_CLOEXEC), found = 0;
    GElf_Phdr header;
    Elf *elf;

    elf_version(EV_CURRENT);
    elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    for (int i = 0; elf && !found && gelf_getphdr(elf, i, &header); i++)
        if (header.p_type == PT_INTERP && header.p_filesz > 0 && header.p_filesz < size)
            found = pread(fd, path, header.p_filesz, (off_t)header.p_offset) ==
                    (ssize_t)header.p_filesz;
    elf_end(elf);
    if (fd >= 0)
        close(fd);
    return found;
}

/* Lines are "name => /path (address)" or "/path (address)". */
static void strike_listed(char *list, struct missing *missing)
{
    for (char *line = strtok(list, "\n"); line; line = strtok(NULL, "\n")) {
        char *path = strchr(line, '/');

        if (!path)
            continue;
        path[strcspn(path, " ")] = 0;
        strike_file(path, NULL, missing);
    }
}

/* 1 if all files could be looked at. The loader lists them; it does not run the program. */
static int strike_program(const char *program, struct missing *missing)
{
    char interpreter[PATH_MAX], list[65536];
    struct rv_words words = {0};
    struct rv_reason unused;
    int error;

    if (!interpreter_of(program, interpreter, sizeof(interpreter)))
        return 0;
    rv_words_add(&words, interpreter);
    rv_words_add(&words, "--list");
    rv_words_add(&words, program);
    error = rv_tool_capture(&words, list, sizeof(list), &unused);
    rv_words_free(&words);
    if (error)
        return 0;
    strike_file(program, NULL, missing);
    strike_listed(list, missing);
    return 1;
}

static int verdict(const struct missing *missing, struct rv_reason *reason)
{
    if (!missing->count)
        return 0;
    rv_because(reason, RV_ENOSYMBOL, "%s", missing->names[0]);
    for (size_t i = 1; i < missing->count; i++) {
        size_t length = strlen(reason->text);

        snprintf(reason->text + length, sizeof(reason->text) - length, ", %s", missing->names[i]);
    }
    return RV_ENOSYMBOL;
}

int rv_symbols_check(const char *patch, const char *program, struct rv_reason *reason)
{
    struct missing missing = {0};
    char path[PATH_MAX];
    int error = 0, looked;

    each_symbol(patch, note_undefined, &missing);
    if (rv_process_is_number(program))
        looked = !rv_process_files(atoi(program), strike_file, &missing);
    else
        looked = realpath(program, path) && strike_program(path, &missing);
    if (looked)
        error = verdict(&missing, reason);
    while (missing.count)
        free(missing.names[--missing.count]);
    free(missing.names);
    return error;
}

/* ---- what is exported ---- */

struct wanted {
    const char *name;
    int is_there;
};

static void look_for(const GElf_Sym *symbol, const char *name, void *context)
{
    struct wanted *wanted = context;

    wanted->is_there |= symbol->st_shndx != SHN_UNDEF &&
                        GELF_ST_BIND(symbol->st_info) != STB_LOCAL && !strcmp(name, wanted->name);
}

int rv_symbols_is_interface(const char *path, const char *name)
{
    struct wanted wanted = {.name = name};
    char interpreter[PATH_MAX];

    if (!interpreter_of(path, interpreter, sizeof(interpreter)))
        each_symbol(path, look_for, &wanted);
    return wanted.is_there;
}
