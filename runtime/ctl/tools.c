/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tools.c - see tools.h.
 */
#define _GNU_SOURCE
#include "tools.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef REVECTOR_CLANG
#define REVECTOR_CLANG "clang-19"
#endif

extern char **environ;

/* ---- words ---- */

static void add_owned(struct rv_words *words, char *word)
{
    if (word && words->count + 2 > words->room) {
        size_t room = words->room ? 2 * words->room : 64;
        char **grown = realloc(words->list, room * sizeof(*grown));

        if (grown) {
            words->list = grown;
            words->room = room;
        }
    }
    if (!word || words->count + 2 > words->room) {
        words->error = RV_ENOMEM;
        free(word);
        return;
    }
    words->list[words->count++] = word;
    words->list[words->count] = NULL;
}

void rv_words_add(struct rv_words *words, const char *word)
{
    add_owned(words, strdup(word));
}

void rv_words_addf(struct rv_words *words, const char *format, ...)
{
    va_list arguments;
    char *word = NULL;

    va_start(arguments, format);
    if (vasprintf(&word, format, arguments) < 0)
        word = NULL;
    va_end(arguments);
    add_owned(words, word);
}

void rv_words_free(struct rv_words *words)
{
    while (words->count)
        free(words->list[--words->count]);
    free(words->list);
    *words = (struct rv_words){0};
}

/* ---- running ---- */

/* Start it with these for its stdout and stderr; `errors` < 0: nowhere. 0, or an errno. */
static int start(const struct rv_words *words, const char *directory, int output, int errors,
                 pid_t *child)
{
    posix_spawn_file_actions_t actions;
    int error;

    posix_spawn_file_actions_init(&actions);
    if (directory && *directory)
        posix_spawn_file_actions_addchdir_np(&actions, directory);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (errors < 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&actions, errors, 2);
    error = posix_spawnp(child, words->list[0], &actions, NULL, words->list, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* 1 if the child ended well. */
static int has_succeeded(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 0;
    return WIFEXITED(status) && !WEXITSTATUS(status);
}

int rv_tool_start(const struct rv_words *words, const char *directory, int output, pid_t *child,
                  struct rv_reason *reason)
{
    int error;

    if (words->error)
        return words->error;
    if (directory && *directory && access(directory, X_OK))
        return rv_because(reason, RV_EBUILD, "the folder %s, where it was compiled, is not there",
                          directory);
    fflush(NULL);
    error = start(words, directory, output, output, child);
    return error ? rv_because(reason, RV_EBUILD, "%s: %s", words->list[0], strerror(error)) : 0;
}

int rv_tool_run(const struct rv_words *words, const char *directory, struct rv_reason *reason)
{
    pid_t child;
    int error = rv_tool_start(words, directory, STDERR_FILENO, &child, reason);

    if (error || has_succeeded(child))
        return error;
    return rv_because(reason, RV_EBUILD, "see what %s says above", words->list[0]);
}

static void read_all(int fd, char *text, size_t size)
{
    size_t length = 0;
    char rest[512];
    ssize_t got = 1;

    while (got > 0 && length < size - 1) {
        got = read(fd, text + length, size - 1 - length);
        length += got > 0 ? (size_t)got : 0;
    }
    text[length] = 0;
    while (got > 0)
        got = read(fd, rest, sizeof(rest));
}

int rv_tool_capture(const struct rv_words *words, char *text, size_t size, struct rv_reason *reason)
{
    int ends[2], error;
    pid_t child;

    if (words->error)
        return words->error;
    if (pipe2(ends, O_CLOEXEC))
        return rv_because(reason, RV_EBUILD, "pipe: %s", strerror(errno));
    error = start(words, NULL, ends[1], -1, &child);
    close(ends[1]);
    *text = 0;
    if (!error)
        read_all(ends[0], text, size);
    close(ends[0]);
    if (error || !has_succeeded(child))
        return rv_because(reason, RV_EBUILD, "%s: %s", words->list[0],
                          error ? strerror(error) : "it failed");
    return 0;
}

int rv_tool_version(const char *program, char *line, size_t size, struct rv_reason *reason)
{
    struct rv_words words = {0};
    int error;

    rv_words_add(&words, program);
    rv_words_add(&words, "--version");
    error = rv_tool_capture(&words, line, size, reason);
    line[strcspn(line, "\n")] = 0;
    rv_words_free(&words);
    return error;
}

const char *rv_tool_clang(void)
{
    const char *clang = getenv("REVECTOR_CLANG");

    return clang && *clang ? clang : REVECTOR_CLANG;
}

/* ---- places ---- */

int rv_tool_plugin(char *path, size_t size, struct rv_reason *reason)
{
    char self[PATH_MAX], *slash;
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    self[length > 0 ? length : 0] = 0;
    for (int up = 0; up < 2; up++) {
        slash = strrchr(self, '/');
        if (slash)
            *slash = 0;
    }
    snprintf(path, size, "%s/lib/revector/revector-clang.so", self);
    if (!access(path, R_OK))
        return 0;
    return rv_because(reason, RV_EREAD, "%s; is the installation complete?", path);
}

int rv_tool_scratch(char *path, size_t size, struct rv_reason *reason)
{
    const char *base = getenv("TMPDIR");

    snprintf(path, size, "%s/revector-XXXXXX", base && *base == '/' ? base : "/tmp");
    if (mkdtemp(path))
        return 0;
    return rv_because(reason, RV_EWRITE, "%s: %s", path, strerror(errno));
}

void rv_tool_scratch_remove(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;

    while (folder && (entry = readdir(folder)))
        (void)unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
    rmdir(path);
}

void rv_tool_progress(const struct rv_command *command, const char *format, ...)
{
    va_list arguments;

    if (!command->args.verbose && !isatty(STDERR_FILENO))
        return;
    va_start(arguments, format);
    fputs("revector: ", stderr);
    vfprintf(stderr, format, arguments);
    putc('\n', stderr);
    va_end(arguments);
}
