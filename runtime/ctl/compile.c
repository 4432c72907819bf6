/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.c - from a recorded cc1 command to the one that makes a patch.
 *
 * Nearly everything stays as recorded, since bodies are compared after the
 * optimiser: what would make other code than the program has would look like a
 * change. What has to change is one table: outputs go elsewhere, and the code
 * has to be fit for a shared object.
 */
#define _GNU_SOURCE
#include "compile.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MACRO_MAP    "-fmacro-prefix-map="
#define PLUGIN_PLACE "/lib/revector/revector-clang.so" /* below the folder of `include` */

/* Options that are left out, with how many words follow each. */
static const struct {
    const char *name;
    int values;
} dropped[] = {
    {"-cc1", 0},
    {"-o", 1},
    {"-emit-obj", 0},
    {"-S", 0},
    {"-emit-llvm", 0},
    {"-dependency-file", 1},
    {"-dependency-dot", 1},
    {"-MT", 1},
    {"-MQ", 1},
    {"-MP", 0},
    {"-MG", 0},
    {"-MV", 0},
    {"-sys-header-deps", 0},
    {"-header-include-file", 1},
    {"-split-dwarf-file", 1},
    {"-split-dwarf-output", 1},
    {"-serialize-diagnostic-file", 1},
    {"-stats-file=", 0},
    {"-ftime-trace=", 0},
    {"-foptimization-record-file", 1},
    {"-opt-record-file", 1},
    {"-coverage-notes-file", 1},
    {"-coverage-data-file", 1},
    {"-fcolor-diagnostics", 0},
    {"-mrelocation-model", 1},
    {"-pic-level", 1},
    {"-pic-is-pie", 0},
    {"-load", 1}, /* the plugin; added again, as it is found now */
};

/* How many words to skip at `word`; 0: it stays. Names that end in '=' match as prefixes. */
static int words_to_drop(const char *word)
{
    for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
        size_t length = strlen(dropped[i].name);

        if (dropped[i].name[length - 1] == '=' ? !strncmp(word, dropped[i].name, length)
                                               : !strcmp(word, dropped[i].name))
            return 1 + dropped[i].values;
    }
    return 0;
}

static const char *next_word(const char *word)
{
    return word + strlen(word) + 1;
}

/* Another plugin than ours stays. */
static int is_our_plugin(const char *path)
{
    const char *slash = strrchr(path, '/');

    return !strcmp(slash ? slash + 1 : path, "revector-clang.so");
}

/* The recorded words that stay; the last one is the input, and is left out. */
static void copy_recorded(struct rv_words *words, const char *command)
{
    while (*command) {
        int drop = words_to_drop(command);

        if (!strcmp(command, "-load") && !is_our_plugin(next_word(command)))
            drop = 0;
        if (!drop && *next_word(command))
            rv_words_add(words, command);
        for (drop = drop ? drop : 1; drop && *command; drop--)
            command = next_word(command);
    }
}

static int has_word(const char *command, const char *wanted)
{
    for (; *command; command = next_word(command))
        if (!strcmp(command, wanted))
            return 1;
    return 0;
}

static int has_prefix(const char *command, const char *wanted)
{
    for (; *command; command = next_word(command))
        if (!strncmp(command, wanted, strlen(wanted)))
            return 1;
    return 0;
}

int rv_compile_is_lto(const struct rv_target_unit *unit)
{
    return (unit->image->file->units[unit->unit].record->flags & RV_UNIT_LTO) != 0;
}

/* Position-independent code as a shared object has it, whatever the program has. */
static void add_code_model(struct rv_words *words, const char *command)
{
    rv_words_add(words, "-mrelocation-model");
    rv_words_add(words, "pic");
    rv_words_add(words, "-pic-level");
    rv_words_add(words, "2");
    if (!has_word(command, "-fhalf-no-semantic-interposition") &&
        (has_word(command, "-pic-is-pie") || has_word(command, "static")))
        rv_words_add(words, "-fhalf-no-semantic-interposition");
}

static void add_plugin(struct rv_words *words, const struct rv_compile *compile)
{
    rv_words_add(words, "-load");
    rv_words_add(words, compile->plugin);
    rv_words_add(words, "-plugin-arg-revector");
    rv_words_addf(words, "patch=%s", compile->unit.image->path);
    rv_words_add(words, "-plugin-arg-revector");
    rv_words_addf(words, "%s=%u", compile->place == RV_COMPILE_NEW ? "beside" : "unit",
                  compile->unit.unit);
    if (compile->together) {
        rv_words_add(words, "-plugin-arg-revector");
        rv_words_addf(words, "together=%s", compile->together);
    }
}

/* Patches may include our headers, also where the program has never heard of them. */
static void add_headers(struct rv_words *words, const char *plugin)
{
    char path[PATH_MAX];
    int prefix = (int)strlen(plugin) - (int)strlen(PLUGIN_PLACE);

    if (prefix < 0 || strcmp(plugin + prefix, PLUGIN_PLACE) ||
        snprintf(path, sizeof(path), "%.*s/include", prefix, plugin) >= PATH_MAX ||
        access(path, R_OK))
        return;
    rv_words_add(words, "-idirafter");
    rv_words_add(words, path);
}

/* Length of the folder's name in `path`, with the slash at its end. */
static int folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (int)(slash - path) + 1 : 0;
}

/*
 * The recorded map that clang applies to the first `length` bytes of `path`: of those that
 * fit, the one with the greatest name, given first. "": none.
 */
static const char *map_of(const char *command, const char *path, size_t length)
{
    const char *best = "";
    size_t best_size = 0;

    for (; *command; command = next_word(command)) {
        const char *map = command + strlen(MACRO_MAP), *end;
        size_t size;

        if (strncmp(command, MACRO_MAP, strlen(MACRO_MAP)) || !(end = strchr(map, '=')))
            continue;
        size = (size_t)(end - map);
        /* Of two beginnings of one path the longer one is the greater one. */
        if (size <= length && !memcmp(map, path, size) && (!*best || size > best_size)) {
            best = map;
            best_size = size;
        }
    }
    return best;
}

/* The first `from_length` bytes of `from` become what __FILE__ made of those of `to`. */
static void add_map(struct rv_words *words, const char *command, int from_length, const char *from,
                    int to_length, const char *to)
{
    const char *map = map_of(command, to, (size_t)to_length);
    int old = (int)strcspn(map, "=");

    rv_words_addf(words, MACRO_MAP "%.*s=%s%.*s", from_length, from, *map ? map + old + 1 : "",
                  to_length - old, to + old);
}

/* Headers next to the original are found. */
static void add_neighbour(struct rv_words *words, const struct rv_file_unit *unit)
{
    char *source = strdup(unit->source);

    if (source) {
        rv_words_add(words, "-iquote");
        rv_words_add(words, dirname(source));
    }
    free(source);
}

/* __FILE__ stays what it was, in the source and in headers next to it. */
static void add_maps(struct rv_words *words, const struct rv_compile *compile,
                     const struct rv_file_unit *unit)
{
    const char *command = unit->command, *file = compile->file;
    int original = folder_length(unit->source), folder = folder_length(file);

    if (folder)
        add_map(words, command, folder, file, original ? original : 2,
                original ? unit->source : "./");
    add_map(words, command, (int)strlen(file), file, (int)strlen(unit->source), unit->source);
    /* A map makes clang also drop "./" from __FILE__, unless that is forbidden. */
    if (!has_prefix(command, MACRO_MAP) && !has_prefix(command, "-ffile-compilation-dir=") &&
        !has_prefix(command, "-ffile-reproducible"))
        rv_words_add(words, "-fno-file-reproducible");
}

void rv_compile_command(const struct rv_compile *compile, struct rv_words *words)
{
    const struct rv_file_unit *unit = &compile->unit.image->file->units[compile->unit.unit];

    rv_words_add(words, compile->clang);
    rv_words_add(words, "-cc1");
    copy_recorded(words, unit->command);
    /* -x LANGUAGE is at the end of what was copied and applies to the input */
    if (!rv_compile_is_lto(&compile->unit))
        rv_words_add(words, "-emit-obj");
    else if (!has_word(unit->command, "-emit-llvm-bc"))
        rv_words_add(words, "-emit-llvm-bc");
    add_code_model(words, unit->command);
    if (compile->place != RV_COMPILE_ORIGINAL)
        add_neighbour(words, unit);
    if (compile->place == RV_COMPILE_ELSEWHERE)
        add_maps(words, compile, unit);
    add_plugin(words, compile);
    add_headers(words, compile->plugin);
    if (isatty(STDERR_FILENO))
        rv_words_add(words, "-fcolor-diagnostics");
    rv_words_add(words, "-o");
    rv_words_add(words, compile->object);
    rv_words_add(words, compile->place == RV_COMPILE_ORIGINAL ? unit->source : compile->file);
}

void rv_compile_rule_command(const struct rv_file_unit *unit, const char *plugin, const char *rule,
                             struct rv_words *words)
{
    copy_recorded(words, unit->command);
    add_headers(words, plugin);
    rv_words_add(words, "-Eonly");
    rv_words_add(words, "-w"); /* what there is to say was said when it was compiled */
    rv_words_add(words, "-sys-header-deps");
    rv_words_add(words, "-dependency-file");
    rv_words_add(words, rule);
    rv_words_add(words, "-MT");
    rv_words_add(words, "it");
    rv_words_add(words, unit->source);
}

void rv_compile_ask_command(const char *clang, const char *plugin, const char *commands,
                            struct rv_words *words)
{
    rv_words_add(words, clang);
    rv_words_add(words, "-cc1");
    rv_words_add(words, "-load");
    rv_words_add(words, plugin);
    rv_words_add(words, "-plugin");
    rv_words_add(words, "revector-includes");
    rv_words_add(words, "-plugin-arg-revector-includes");
    rv_words_add(words, commands);
    rv_words_add(words, "-x");
    rv_words_add(words, "c");
    rv_words_add(words, "/dev/null");
}

char *rv_compile_original(const struct rv_file_unit *unit, char file[PATH_MAX])
{
    char source[2 * PATH_MAX];

    if (*unit->source == '/')
        return realpath(unit->source, file);
    snprintf(source, sizeof(source), "%s/%s", unit->directory, unit->source);
    return realpath(source, file);
}

int rv_compile_is_original(const struct rv_file_unit *unit, const char *file)
{
    char original[PATH_MAX];

    return rv_compile_original(unit, original) && !strcmp(original, file);
}
