/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * in_force.c - see in_force.h.
 */
#define _GNU_SOURCE
#include "in_force.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 65536 /* bytes of a file that are read at a time */

static int add(struct rv_in_force_list *list, const struct rv_in_force *one)
{
    const size_t room = list->room ? 2 * list->room : 64;
    struct rv_in_force *all = list->all;

    if (list->count == list->room) {
        all = realloc(all, room * sizeof(*all));
        if (!all)
            return RV_ENOMEM;
        list->all = all;
        list->room = room;
    }
    list->all[list->count++] = *one;
    return 0;
}

static void take_patch(const struct rv_ctl_reader *update, struct rv_patch_name *patch)
{
    struct rv_ctl_field field;
    char path[4096];

    if (rv_ctl_text(update, RV_CTL_TAG_PATH, path, sizeof(path)))
        path[0] = 0;
    snprintf(patch->file, sizeof(patch->file), "%s", basename(path));
    patch->is_known =
        rv_ctl_find(update, RV_CTL_TAG_SHA256, &field) && field.size == sizeof(patch->sha256);
    if (patch->is_known)
        memcpy(patch->sha256, field.data, sizeof(patch->sha256));
}

struct tour {
    struct rv_in_force_list *list;
    int pid;
    uint64_t last; /* a large update comes in pieces */
};

static int take_update(const struct rv_ctl_reader *update, void *context)
{
    struct tour *tour = context;
    struct rv_in_force one = {.pid = tour->pid, .id = rv_ctl_number(update, RV_CTL_TAG_ID, 0)};
    char state[32];

    if (one.id == tour->last || rv_ctl_text(update, RV_CTL_TAG_STATE, state, sizeof(state)))
        return 0;
    tour->last = one.id;
    if (!strcmp(state, "moving") || !strcmp(state, "moved") || !strcmp(state, "returning")) {
        tour->list->under_way++;
        tour->list->moving = one;
    }
    if (strcmp(state, "committed") != 0)
        return 0;
    take_patch(update, &one.patch);
    return add(tour->list, &one);
}

int rv_in_force_of(struct rv_client *client, struct rv_in_force_list *list,
                   struct rv_reason *reason)
{
    struct tour tour = {.list = list, .pid = client->pid};

    return rv_client_updates(client, take_update, &tour, reason);
}

static int ask(int pid, struct rv_in_force_list *list, struct rv_reason *reason)
{
    struct rv_client *client;
    int error = rv_client_open(pid, RV_CLIENT_TIMEOUT_MS, &client, reason);

    if (error)
        return error;
    error = rv_in_force_of(client, list, reason);
    rv_client_close(client);
    return error;
}

int rv_in_force_everywhere(const char *word, struct rv_in_force_list *list, size_t *processes,
                           struct rv_reason *reason)
{
    struct rv_pids pids;
    int error = rv_process_all(word, &pids, reason);

    *processes = pids.count;
    for (size_t n = 0; n < pids.count && !error; n++) {
        error = ask(pids.all[n], list, reason);
        if (error && error != RV_ENOMEM && pids.count > 1) {
            error = 0;
            reason->text[0] = 0;
        }
    }
    rv_process_free(&pids);
    return error;
}

void rv_in_force_free(struct rv_in_force_list *list)
{
    free(list->all);
    *list = (struct rv_in_force_list){0};
}

int rv_patch_is_same(const struct rv_patch_name *a, const struct rv_patch_name *b)
{
    return a->is_known && b->is_known && !memcmp(a->sha256, b->sha256, sizeof(a->sha256));
}

const struct rv_in_force *rv_in_force_find(const struct rv_in_force_list *list,
                                           const struct rv_patch_name *patch)
{
    const struct rv_in_force *found = NULL;

    for (size_t n = 0; n < list->count; n++)
        if (rv_patch_is_same(&list->all[n].patch, patch))
            found = &list->all[n];
    return found;
}

int rv_patch_name_of(int fd, const char *path, struct rv_patch_name *patch)
{
    static uint8_t bytes[PIECE];
    struct rv_sha256 hash;
    ssize_t got;

    snprintf(patch->file, sizeof(patch->file), "%s", basename(path));
    rv_sha256_start(&hash);
    for (off_t at = 0; (got = pread(fd, bytes, sizeof(bytes), at)) > 0; at += got)
        rv_sha256_add(&hash, bytes, (size_t)got);
    rv_sha256_end(&hash, patch->sha256);
    patch->is_known = got == 0;
    return got < 0 ? RV_EREAD : 0;
}
