/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * history.h - what was done to this process, when, by whom, and how it ended.
 *
 * The last RV_HISTORY_ROWS events, in memory; nothing is written anywhere. The
 * program may ask for it from any thread, so it has a lock of its own, the
 * innermost: any other may be held, none is taken inside. A child of fork starts
 * with its parent's history, as it does with its updates.
 *
 * Peers who may not talk are not in it but in the agent's log: they could push out
 * everything else.
 */
#ifndef REVECTOR_HISTORY_H
#define REVECTOR_HISTORY_H

#include "control/wire.h"
#include "control/sha256.h"

#include <stddef.h>
#include <stdint.h>

#define RV_HISTORY_ROWS 128

enum rv_asker_kind {
    RV_BY_PROGRAM, /* through revector.h */
    RV_BY_PEER,    /* through the agent's socket */
    RV_BY_JOURNAL, /* at the start of the program */
    RV_BY_DEADLINE, /* nobody confirmed */
    RV_BY_GUARD,    /* it crashed while it was on probation */
};

/* Who wants something. Of a peer: what the kernel said when it connected. */
struct rv_asker {
    enum rv_asker_kind kind;
    uint32_t uid;
    int32_t pid;      /* 0: of another pid namespace */
    char command[16]; /* "": not known */
};

/* Who is behind a connected socket. */
struct rv_asker rv_asker_of_socket(int fd);

/*
 * SHA-256 rather than the trailer's checksum: it is what sha256sum prints of the
 * file on any machine, and nobody can make another patch that has it.
 */
struct rv_event {
    uint64_t when;    /* nanoseconds since 1970: when it had ended */
    uint64_t took;    /* nanoseconds from request to end */
    const char *verb; /* "apply", "check" (a dry run), "revert", "confirm"; static storage */
    struct rv_asker asker;
    uint32_t update;         /* 0: none came of it */
    const char *result;      /* "committed", "refused"...; static storage */
    int error;               /* of a refusal; else 0 */
    char text[1024];         /* the sentence of a refusal, or what else there is to say */
    char path[192];          /* of the patch, cut at the front; "": not known */
    uint8_t sha256[RV_SHA256_SIZE];
    uint8_t has_sha256;
};

/* The row of an event that has ended now. Any thread. */
void rv_history_add(const struct rv_event *event);

/* Adds EVENT groups from row number `from` on, and NEXT if there are more than fit. */
void rv_history_list(struct rv_ctl_writer *out, uint64_t from);

/* 1 and "by update N", if the history has it that the update was superseded. Any thread. */
int rv_history_superseded(uint32_t update, char *by, size_t size);

/* Copies `path` to `to`, without its front if it is too long. */
void rv_history_cut(char *to, size_t size, const char *path);

void rv_history_in_child(void);

#endif
