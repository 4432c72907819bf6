/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols.c - does everything that a patch takes from elsewhere exist there, and is it the same
 * as the program takes?
 *
 * The dynamic linker would refuse what does not exist as well, but in the process and with the
 * first name only; this is before anything is touched. Of versions it would say nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "libraries.h"

struct names {
    char **all;
    size_t count;
    int error;
};

static void note(struct names *names, const char *name)
{
    char **all = realloc(names->all, (names->count + 1) * sizeof(*all));

    if (all)
        names->all = all;
    if (all && (all[names->count] = strdup(name)))
        names->count++;
    else
        names->error = RV_ENOMEM;
}

static void strike(struct names *names, size_t n)
{
    free(names->all[n]);
    names->all[n] = names->all[--names->count];
}

static void free_names(struct names *names)
{
    while (names->count)
        strike(names, names->count - 1);
    free(names->all);
}

/* RV_ENOSYMBOL, with all the names and why, if there are any. */
static int verdict(const struct names *names, const char *why, struct rv_reason *reason)
{
    if (names->error || !names->count)
        return names->error;
    rv_because(reason, RV_ENOSYMBOL, "%s", names->all[0]);
    for (size_t n = 1; n <= names->count; n++) {
        const size_t length = strlen(reason->text);

        snprintf(reason->text + length, sizeof(reason->text) - length, "%s%s",
                 n < names->count ? ", " : "", n < names->count ? names->all[n] : why);
    }
    return RV_ENOSYMBOL;
}

/* ---- what is missing ---- */

static void note_undefined(const struct rv_symbol *symbol, void *context)
{
    if (symbol->is_undefined && !symbol->is_local && !symbol->is_weak)
        note(context, symbol->name);
}

static void strike_defined(const struct rv_symbol *symbol, void *context)
{
    struct names *missing = context;

    if (symbol->is_undefined || symbol->is_local || symbol->is_old)
        return;
    for (size_t n = missing->count; n-- > 0;)
        if (!strcmp(missing->all[n], symbol->name))
            strike(missing, n);
}

static int check_missing(const char *patch, const struct rv_libraries *libraries,
                         struct rv_reason *reason)
{
    struct names missing = {0};
    int error;

    rv_symbols_each(patch, note_undefined, &missing);
    for (size_t n = 0; n < libraries->count; n++)
        rv_symbols_each(libraries->paths[n], strike_defined, &missing);
    error = verdict(&missing, "", reason);
    free_names(&missing);
    return error;
}

/* ---- which version it is ---- */

/* As NAME, or NAME@VERSION. */
static void note_taken(const struct rv_symbol *symbol, void *context)
{
    char text[1024];

    if (!symbol->is_undefined)
        return;
    snprintf(text, sizeof(text), "%s%s%s", symbol->name, symbol->version ? "@" : "",
             symbol->version ? symbol->version : "");
    note(context, text);
}

struct versions {
    struct names taken;     /* by the patch */
    struct names doubtful;  /* the image takes them in a version, the patch in none */
    struct names different; /* both do, in different ones: sentences */
};

static void compare(const struct rv_symbol *symbol, void *context)
{
    struct versions *versions = context;
    const size_t length = strlen(symbol->name);
    char text[1024];

    if (!symbol->is_undefined || !symbol->version)
        return;
    for (size_t n = 0; n < versions->taken.count; n++) {
        const char *taken = versions->taken.all[n];

        if (strncmp(taken, symbol->name, length) != 0)
            continue;
        if (!taken[length])
            note(&versions->doubtful, symbol->name);
        if (taken[length] != '@' || !strcmp(taken + length + 1, symbol->version))
            continue;
        snprintf(text, sizeof(text), "the program calls %s in version %s, the patch would in %s",
                 symbol->name, symbol->version, taken + length + 1);
        note(&versions->different, text);
    }
}

/* The version of such a one is what its library, which has not been there, would tell. */
static void note_unknown(const struct rv_symbol *symbol, void *context)
{
    if (symbol->is_undefined && !symbol->version && !symbol->is_weak && !symbol->is_local &&
        strncmp(symbol->name, "rv_", 3) != 0)
        note(context, symbol->name);
}

/* What the patch takes and the image does not; nothing, if that has libraries without versions. */
static void note_new(const char *patch, const char *image, struct names *doubtful)
{
    struct names unversioned = {0};

    rv_symbols_each(image, note_unknown, &unversioned);
    if (!unversioned.count) {
        rv_symbols_each(patch, note_unknown, doubtful);
        rv_symbols_each(image, strike_defined, doubtful);
    }
    doubtful->error |= unversioned.error;
    free_names(&unversioned);
}

/* What has been linked without its library would get the oldest one, else the default of now. */
static int check_versions(const char *patch, const char *image, int has_libraries,
                          struct rv_reason *reason)
{
    struct versions versions = {0};
    int error;

    rv_symbols_each(patch, note_taken, &versions.taken);
    if (!has_libraries)
        note_new(patch, image, &versions.doubtful);
    if (!versions.doubtful.count)
        rv_symbols_each(image, compare, &versions);
    error = versions.taken.error;
    if (!error)
        error = verdict(&versions.different,
                        "; build the program again with the library that it has now", reason);
    if (!error)
        error = verdict(&versions.doubtful,
                        ": in which version cannot be told, as the libraries of the program are "
                        "not to be found; set LD_LIBRARY_PATH, or name a process",
                        reason);
    free_names(&versions.taken);
    free_names(&versions.doubtful);
    free_names(&versions.different);
    return error;
}

int rv_symbols_check(const char *patch, const char *image, const struct rv_libraries *libraries,
                     struct rv_reason *reason)
{
    int error = libraries->has_all ? check_missing(patch, libraries, reason) : 0;

    return error ? error : check_versions(patch, image, libraries->count > 0, reason);
}

/* ---- what is exported ---- */

struct wanted {
    const char *name;
    int is_there;
};

static void look_for(const struct rv_symbol *symbol, void *context)
{
    struct wanted *wanted = context;

    wanted->is_there |=
        !symbol->is_undefined && !symbol->is_local && !strcmp(symbol->name, wanted->name);
}

int rv_symbols_is_interface(const char *path, const char *name)
{
    struct wanted wanted = {.name = name};

    if (!rv_file_is_program(path))
        rv_symbols_each(path, look_for, &wanted);
    return wanted.is_there;
}
