/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * family_members.h - the processes of a family, and what all of them are asked at once.
 *
 * For family.c and family_each.c. Each step asks all processes first and hears them then,
 * so that they work side by side.
 */
#ifndef REVECTOR_CTL_FAMILY_MEMBERS_H
#define REVECTOR_CTL_FAMILY_MEMBERS_H

#include "family.h"

#define RV_FAMILY_ROUNDS 100 /* looks for processes that were born meanwhile */

enum rv_stage {
    RV_STAGE_NEW,      /* not asked yet */
    RV_STAGE_MOVING,   /* it has the update, and threads move */
    RV_STAGE_MOVED,    /* it waits for COMMIT */
    RV_STAGE_IN_FORCE,
    RV_STAGE_HAD_IT,   /* before anybody asked, and keeps it whatever the others do */
    RV_STAGE_REFUSED,  /* `why` says why; it runs what it ran before */
    RV_STAGE_UNDONE,   /* it could, but others could not; it runs what it ran before */
    RV_STAGE_ENDED,    /* the process is no more, or is another program now */
};

struct rv_member {
    int pid;
    const char *word; /* that names it, the family's */
    enum rv_stage stage;
    struct rv_client *client; /* a null pointer: not connected */
    uint64_t id;              /* of the update there */
    int error; /* 0: only the process knows why it has refused, see rv_family_hear_why */
    struct rv_reason why;
    char old_code[512]; /* replaced functions that threads of it are still inside; "": none */
    char note[512];     /* what else it says of the update; "": nothing */
};

struct rv_family {
    struct rv_command *command;
    const char *word;
    const struct rv_parcel *parcel;
    struct rv_apply_request request; /* as it is sent: with time for all of them */
    unsigned wait_ms;                /* for threads to move, when all have been asked */
    uint64_t settled_ns; /* rv_clock_ns() when the last of those that are known was through */
    struct rv_member *all;
    size_t count, room;
};

#define RV_EACH_MEMBER(member, family, wanted)                                                     \
    for (struct rv_member *member = (family)->all; member < (family)->all + (family)->count;       \
         member++)                                                                                 \
        if (member->stage == (wanted))

/* Adds those of `pids` that are not known yet; *added: how many. RV_ENOMEM. */
int rv_family_admit(struct rv_family *family, const struct rv_pids *pids, size_t *added)
    __attribute__((warn_unused_result));

/* The same with all processes that there are now. */
int rv_family_look_around(struct rv_family *family, size_t *added)
    __attribute__((warn_unused_result));
void rv_family_disperse(struct rv_family *family);

size_t rv_family_count(const struct rv_family *family, enum rv_stage stage);

/*
 * Whether it is no more, or has become another program, after it has answered with `error` or
 * not at all. Waits for that if its agent is gone.
 */
int rv_member_has_left(const struct rv_member *member, int error);

/* It has refused, or is no more, or has become another program, which is nobody's fault. */
void rv_member_lose(struct rv_member *member, int error);

/* Connects to it, or loses it. */
void rv_member_open(struct rv_member *member, unsigned timeout_ms);

/* Those who are NEW take the parcel; `then` is where they are if they do. */
void rv_family_send_parcel(struct rv_family *family, enum rv_parcel_way way, enum rv_stage then);

/* COMMIT, ABORT or REVERT for those in `from`; `then` is where they are if they do. */
void rv_family_send_verdict(struct rv_family *family, enum rv_ctl_kind kind, enum rv_stage from,
                            enum rv_stage then);

/*
 * Those that have begun and gave up by themselves (a transformer that refuses, a crash on
 * probation, their own deadline) say why, when all their threads are back.
 */
void rv_family_hear_why(struct rv_family *family);

/* Until nobody is MOVING, `may_refuse` and somebody has, or the family's time is over. */
void rv_family_wait(struct rv_family *family, int may_refuse);

#endif
