/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * in_force.h - which updates are in force, and from which patches.
 *
 * An update has a number of its own in each process: the same patch may be update 1 in a
 * master and update 2 in its worker. What tells patches apart is the SHA-256 of their
 * files, which processes remember. One thread.
 */
#ifndef REVECTOR_CTL_IN_FORCE_H
#define REVECTOR_CTL_IN_FORCE_H

#include "client.h"
#include "control/sha256.h"

struct rv_patch_name {
    uint8_t sha256[RV_SHA256_SIZE];
    int is_known;   /* the hash; 0: the process could not tell, so it is like no other */
    char file[128]; /* without folders; for people */
};

struct rv_in_force {
    int pid;
    uint64_t id;
    struct rv_patch_name patch;
};

/* Zeroed: none. Those of one process are beside each other, the oldest first. */
struct rv_in_force_list {
    struct rv_in_force *all;
    size_t count, room;
    size_t under_way; /* updates that come or go: they are not in the list */
    struct rv_in_force moving; /* the last of those, without its patch */
};

/* Adds those of one process. RV_ENOMEM, and what asking may end with. */
int rv_in_force_of(struct rv_client *client, struct rv_in_force_list *list,
                   struct rv_reason *reason) __attribute__((warn_unused_result));

/*
 * Adds those of all processes that `word` names; *processes: how many they are. One of several
 * that cannot be asked is passed over. RV_ENOPROCESS, RV_ENOMEM, what asking may end with.
 */
int rv_in_force_everywhere(const char *word, struct rv_in_force_list *list, size_t *processes,
                           struct rv_reason *reason) __attribute__((warn_unused_result));

void rv_in_force_free(struct rv_in_force_list *list);

/* The newest update from this patch in the list, or a null pointer. */
const struct rv_in_force *rv_in_force_find(const struct rv_in_force_list *list,
                                           const struct rv_patch_name *patch);

int rv_patch_is_same(const struct rv_patch_name *a, const struct rv_patch_name *b);

/* The patch in an open file, which is called `path`. RV_EREAD. */
int rv_patch_name_of(int fd, const char *path, struct rv_patch_name *patch)
    __attribute__((warn_unused_result));

#endif
