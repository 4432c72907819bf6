/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libraries.h - which files a program is made of: its own, and the libraries that it has loaded
 * or would load.
 *
 * A patch takes symbols from them. A library may have a symbol in several versions, of which one
 * that was linked without the library gets the oldest: pthread_cond_wait of 1999, timer_create
 * with numbers in the place of pointers. So a patch is linked with them.
 */
#ifndef REVECTOR_CTL_LIBRARIES_H
#define REVECTOR_CTL_LIBRARIES_H

#include "tools.h"

/* Files by paths that can be opened. */
struct rv_libraries {
    char **paths;
    size_t count;
    int has_all; /* what is in none of them does not exist; not so for a library on its own */
};

/*
 * Those of a process (its number) or of a program's or library's file, as its own loader lists
 * them; without running it. Without `paths`: the loader cannot. rv_libraries_free() in any case.
 * RV_ENOMEM.
 */
int rv_libraries_find(const char *program, struct rv_libraries *libraries)
    __attribute__((warn_unused_result));
void rv_libraries_free(struct rv_libraries *libraries);

/*
 * Adds those that have versions to what is linked: those that the file `image` names first, in
 * its order, so that a function which several of them have comes from the same one.
 */
void rv_libraries_link(const struct rv_libraries *libraries, const char *image,
                       struct rv_words *words);

/* A symbol of a file's dynamic symbol table. */
struct rv_symbol {
    const char *name;
    const char *version; /* of one that is undefined: that which it asks for; or a null pointer */
    int is_undefined, is_local, is_weak;
    int is_old; /* only for who asks for that version, which what is linked now does not */
};

/* Calls `visit` for each dynamic symbol of the file; one that is not ELF has none. */
void rv_symbols_each(const char *path, void (*visit)(const struct rv_symbol *symbol, void *context),
                     void *context);

/* Whether the file is a program: it names its loader. */
int rv_file_is_program(const char *path);

#endif
