/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * revert_which.c - a number, a patch file or nothing, and what it means; see revert_which.h.
 */
#define _GNU_SOURCE
#include "revert_which.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "patch_file.h"

/* The whole sentence, since the error's own would say the same in more general words. */
static int refuse(struct rv_command *command, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(struct rv_command *command, int error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command->reason.text, sizeof(command->reason.text), format, arguments);
    va_end(arguments);
    return error;
}

struct words {
    char text[1500];
    size_t length;
};

static void add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct words *words, const char *format, ...)
{
    const size_t room = sizeof(words->text) - words->length;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(words->text + words->length, room, format, arguments);
    va_end(arguments);
    if (length > 0)
        words->length += (size_t)length < room ? (size_t)length : room - 1;
}

/* ---- of several patches: which there are, and where ---- */

#define PLACES_SHOWN 4

static int is_like(const struct rv_in_force *one, const struct rv_in_force *other)
{
    return one == other || rv_patch_is_same(&one->patch, &other->patch);
}

/* Whether it is the first of its patch in the list; with `id`, of those that have this number. */
static int is_first(const struct rv_in_force_list *list, const struct rv_in_force *one, uint64_t id)
{
    if (id && one->id != id)
        return 0;
    for (const struct rv_in_force *at = list->all; at < one; at++)
        if ((!id || at->id == id) && is_like(at, one))
            return 0;
    return 1;
}

/* "a.rvp (update 1 in process 17, update 2 in process 18 and 3 more places)" */
static void add_places(struct words *words, const struct rv_in_force_list *list,
                       const struct rv_in_force *one, uint64_t id)
{
    size_t count = 0;

    add(words, "%s%s (", words->length ? " and " : "", one->patch.file);
    for (const struct rv_in_force *at = list->all; at < list->all + list->count; at++) {
        if (!is_like(at, one) || (id && at->id != id))
            continue;
        if (count++ < PLACES_SHOWN)
            add(words, "%supdate %" PRIu64 " in process %d", count > 1 ? ", " : "", at->id,
                at->pid);
    }
    if (count > PLACES_SHOWN)
        add(words, " and %zu more", count - PLACES_SHOWN);
    add(words, ")");
}

/* All that are in force, or only those with the number `id`: how many patches, and the first. */
static size_t count_patches(const struct rv_in_force_list *list, uint64_t id,
                            const struct rv_in_force **first, struct words *words)
{
    size_t count = 0;

    for (const struct rv_in_force *at = list->all; at < list->all + list->count; at++) {
        if (!is_first(list, at, id))
            continue;
        if (!count++)
            *first = at;
        add_places(words, list, at, id);
    }
    return count;
}

/* ---- nothing was said ---- */

static int none(struct rv_command *command, const struct rv_in_force_list *list)
{
    if (list->under_way)
        return refuse(command, RV_EBUSY,
                      "no update is in force, and one is under way: status shows how far");
    return refuse(command, RV_ENOUPDATE, "no update is in force, so there is none to take back");
}

static int only_one_here(struct rv_command *command, const struct rv_in_force_list *list,
                         struct rv_revert_wish *wish)
{
    struct words words = {.length = 0};

    for (size_t n = 0; n < list->count; n++)
        add(&words, "%s%" PRIu64 " (%s)", n ? " and " : "", list->all[n].id,
            list->all[n].patch.file);
    if (list->count > 1)
        return refuse(command, RV_EAMBIGUOUS, "updates %s are in force: say which, or --all",
                      words.text);
    wish->kind = RV_REVERT_NUMBER;
    wish->id = list->all[0].id;
    return 0;
}

static int only_one_everywhere(struct rv_command *command, const struct rv_in_force_list *list,
                               struct rv_revert_wish *wish)
{
    struct words words = {.length = 0};
    const struct rv_in_force *first;

    if (count_patches(list, 0, &first, &words) > 1)
        return refuse(command, RV_EAMBIGUOUS, "%s are in force: say which patch file, or --all",
                      words.text);
    wish->kind = RV_REVERT_PATCH;
    wish->patch = first->patch;
    return 0;
}

/* ---- a file ---- */

static int by_file(struct rv_command *command, const char *path, struct rv_revert_wish *wish)
{
    int fd, error = rv_patch_open(path, &fd, &command->reason);

    if (error)
        return error;
    wish->kind = RV_REVERT_PATCH;
    error = rv_patch_name_of(fd, path, &wish->patch);
    close(fd);
    return error ? rv_because(&command->reason, error, "%s", path) : 0;
}

static int must_be_somewhere(struct rv_command *command, const struct rv_in_force_list *list,
                             const struct rv_revert_wish *wish)
{
    if (rv_in_force_find(list, &wish->patch))
        return 0;
    return refuse(command, RV_ENOUPDATE,
                  "there is no such update: no patch with the contents of %s is in force",
                  wish->patch.file);
}

/* ---- a number ---- */

static int by_number(struct rv_command *command, const struct rv_in_force_list *list,
                     struct rv_revert_wish *wish)
{
    struct words words = {.length = 0};
    const struct rv_in_force *first;
    const size_t count = count_patches(list, wish->id, &first, &words);

    if (!count)
        return rv_because(&command->reason, RV_ENOUPDATE, "%lu", wish->id);
    if (count > 1)
        return refuse(command, RV_EAMBIGUOUS,
                      "update %lu is not the same patch in all processes, so none was reverted: "
                      "%s; say which patch file, or which process",
                      wish->id, words.text);
    if (!first->patch.is_known)
        return 0; /* in the one process that has it */
    wish->kind = RV_REVERT_PATCH;
    wish->patch = first->patch;
    return 0;
}

/* ---- */

static int is_number(const char *word)
{
    return word[strspn(word, "0123456789")] == 0;
}

static int choose(struct rv_command *command, const char *word, struct rv_revert_wish *wish)
{
    struct rv_in_force_list list = {0};
    size_t processes;
    int error =
        rv_in_force_everywhere(command->args.operands[0], &list, &processes, &command->reason);

    if (error)
        ;
    else if (wish->kind == RV_REVERT_PATCH)
        error = must_be_somewhere(command, &list, wish);
    else if (word) /* the one process itself says what may be wrong with the number */
        error = processes > 1 ? by_number(command, &list, wish) : 0;
    else if (!list.count)
        error = none(command, &list);
    else
        error = processes > 1 ? only_one_everywhere(command, &list, wish)
                              : only_one_here(command, &list, wish);
    rv_in_force_free(&list);
    return error;
}

int rv_revert_which(struct rv_command *command, struct rv_revert_wish *wish)
{
    const char *word = command->args.operand_count > 1 ? command->args.operands[1] : NULL;
    int error = 0;

    *wish = (struct rv_revert_wish){.kind = RV_REVERT_ALL};
    if (word && command->args.all)
        return refuse(command, RV_EOPTIONS, "say either which update, or --all");
    if (command->args.all)
        return 0;
    wish->kind = RV_REVERT_NUMBER;
    if (word)
        error =
            is_number(word) ? rv_update_parse(command, &wish->id) : by_file(command, word, wish);
    return error ? error : choose(command, word, wish);
}
