/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tools.h - running the compiler and the linker, and keeping lists of arguments.
 */
#ifndef REVECTOR_CTL_TOOLS_H
#define REVECTOR_CTL_TOOLS_H

#include <stddef.h>
#include <sys/types.h>

#include "command.h"

/* Arguments for a program; owned copies, ended by a null pointer. Starts as {0}. */
struct rv_words {
    char **list;
    size_t count, room;
    int error; /* RV_ENOMEM once something could not be added */
};

void rv_words_add(struct rv_words *words, const char *word);
void rv_words_addf(struct rv_words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void rv_words_free(struct rv_words *words);

/*
 * Run a program found by PATH in `directory` (a null pointer: here) and wait.
 * What it says goes to our stderr; nothing goes to our stdout. RV_EBUILD: it
 * cannot be run, or it failed; `reason` has its name.
 */
int rv_tool_run(const struct rv_words *words, const char *directory, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* Start one, which writes all it says to `output`; the caller waits for it. RV_EBUILD. */
int rv_tool_start(const struct rv_words *words, const char *directory, int output, pid_t *child,
                  struct rv_reason *reason) __attribute__((warn_unused_result));

/* Run a program and keep what it prints, as far as it fits. RV_EBUILD. */
int rv_tool_capture(const struct rv_words *words, char *text, size_t size, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* The first line that `program --version` prints. RV_EBUILD. */
int rv_tool_version(const char *program, char *line, size_t size, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* The clang to use: $REVECTOR_CLANG, else the one that Revector was built for. */
const char *rv_tool_clang(void);

/* Where this installation has its plugin, found beside the command itself. RV_EREAD. */
int rv_tool_plugin(char *path, size_t size, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* ---- tool_jobs.c ---- */

/* Runs of the compiler, counted from 0. */
struct rv_tool_jobs {
    int count;
    int at_once; /* how many run at a time, from 1 on */
    /* Right before run `i` starts, with `context`: add its words, and set the folder that it runs
     * in. */
    int (*command)(void *context, int i, struct rv_words *words, const char **directory);
    void *context;
};

/*
 * Run them all, and wait. After one that fails no other one starts. RV_EBUILD, RV_ENOMEM, or
 * what `command` returns.
 */
int rv_tool_run_all(const struct rv_tool_jobs *jobs, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* How many processors we may use. */
int rv_tool_processors(void);

/* ---- tools.c: places ---- */

/* A temporary folder, and the removal of it with the files in it. RV_EWRITE. */
int rv_tool_scratch(char *path, size_t size, struct rv_reason *reason)
    __attribute__((warn_unused_result));
void rv_tool_scratch_remove(const char *path);

/* A line about what is being done, if anybody watches. */
void rv_tool_progress(const struct rv_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
