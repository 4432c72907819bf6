/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * family_members.c - see family_members.h.
 */
#define _GNU_SOURCE
#include "family_members.h"

#include <stdlib.h>
#include <string.h>

#include "control/clock.h"

#define NAP_FIRST_US   1000
#define NAP_LONGEST_US 50000
#define EXEC_MS        2000 /* on a machine that is very busy */

/* ---- who belongs to it ---- */

static struct rv_member *find(const struct rv_family *family, int pid)
{
    for (size_t n = 0; n < family->count; n++)
        if (family->all[n].pid == pid)
            return &family->all[n];
    return NULL;
}

static int add(struct rv_family *family, int pid)
{
    const size_t room = family->room ? 2 * family->room : 64;
    struct rv_member *all = family->all;

    if (family->count == family->room) {
        all = realloc(all, room * sizeof(*all));
        if (!all)
            return RV_ENOMEM;
        family->all = all;
        family->room = room;
    }
    family->all[family->count++] = (struct rv_member){.pid = pid, .word = family->word};
    return 0;
}

int rv_family_admit(struct rv_family *family, const struct rv_pids *pids, size_t *added)
{
    int error = 0;

    *added = 0;
    for (size_t n = 0; n < pids->count && !error; n++)
        if (!find(family, pids->all[n])) {
            error = add(family, pids->all[n]);
            ++*added;
        }
    return error;
}

int rv_family_look_around(struct rv_family *family, size_t *added)
{
    struct rv_pids pids;
    struct rv_reason nobody;
    int error = rv_process_all(family->word, &pids, &nobody);

    *added = 0;
    if (!error)
        error = rv_family_admit(family, &pids, added);
    rv_process_free(&pids);
    return error == RV_ENOPROCESS ? 0 : error;
}

void rv_family_disperse(struct rv_family *family)
{
    for (size_t n = 0; n < family->count; n++)
        rv_client_close(family->all[n].client);
    free(family->all);
}

/* In an exec the agent ends first, and the name changes last. */
int rv_member_has_left(const struct rv_member *member, int error)
{
    const uint64_t last =
        rv_clock_ms() + (error == RV_ECLOSED || error == RV_ENOAGENT ? EXEC_MS : 0);
    unsigned us = NAP_FIRST_US;

    while (rv_process_is_still(member->pid, member->word)) {
        if (rv_clock_ms() >= last)
            return 0;
        rv_client_nap(&us, NAP_LONGEST_US);
    }
    return 1;
}

/* ---- one process ---- */

void rv_member_lose(struct rv_member *member, int error)
{
    rv_client_close(member->client);
    member->client = NULL;
    member->error = error;
    member->stage = rv_member_has_left(member, error) ? RV_STAGE_ENDED : RV_STAGE_REFUSED;
}

static void send(struct rv_member *member, int fd)
{
    int error = rv_client_send(member->client, fd, &member->why);

    if (error)
        rv_member_lose(member, error);
}

void rv_member_open(struct rv_member *member, unsigned timeout_ms)
{
    int error = rv_client_open(member->pid, timeout_ms, &member->client, &member->why);

    if (error)
        rv_member_lose(member, error);
}

static enum rv_stage stage_of(const char *state)
{
    if (!strcmp(state, "moved"))
        return RV_STAGE_MOVED;
    if (!strcmp(state, "committed"))
        return RV_STAGE_IN_FORCE;
    return !strcmp(state, "moving") ? RV_STAGE_MOVING : RV_STAGE_REFUSED;
}

/* What the process says of the update: while its threads wait, for whom. */
static int take_state(const struct rv_ctl_reader *update, void *context)
{
    struct rv_ctl_reader fields = *update;
    struct rv_member *member = context;
    struct rv_ctl_field field;
    char state[32];

    if (rv_ctl_number(&fields, RV_CTL_TAG_ID, 0) != member->id ||
        rv_ctl_text(&fields, RV_CTL_TAG_STATE, state, sizeof(state)))
        return 0;
    member->stage = stage_of(state);
    if (member->stage == RV_STAGE_MOVING && rv_ctl_find(&fields, RV_CTL_TAG_KEEPER, &field))
        snprintf(member->why.text, sizeof(member->why.text), "%.*s", (int)field.size,
                 (const char *)field.data);
    return 0;
}

static void look_at(struct rv_member *member)
{
    struct rv_reason why;
    int error;

    member->stage = RV_STAGE_REFUSED; /* if there is no such update any more */
    error = rv_client_updates(member->client, take_state, member, &why);
    if (error) {
        member->why = why;
        rv_member_lose(member, error);
    }
}

/* As an answer has it; one that says nothing of the update leaves the stage as it is. */
static void take_stage(struct rv_member *member, const struct rv_ctl_reader *answer)
{
    struct rv_ctl_reader update;
    struct rv_ctl_field field;

    if (!rv_ctl_find(answer, RV_CTL_TAG_UPDATE, &field))
        return;
    update = rv_ctl_inside(&field);
    take_state(&update, member);
}

/* ---- all of them, or those in one stage ---- */

size_t rv_family_count(const struct rv_family *family, enum rv_stage stage)
{
    size_t found = 0;

    for (size_t n = 0; n < family->count; n++)
        found += family->all[n].stage == stage;
    return found;
}

/* Under which number it has the patch, if it says so. */
static void find_number(struct rv_member *member, const struct rv_patch_name *patch)
{
    struct rv_in_force_list list = {0};
    const struct rv_in_force *found = NULL;
    struct rv_reason unused;

    if (rv_in_force_of(member->client, &list, &unused) == 0)
        found = rv_in_force_find(&list, patch);
    if (found)
        member->id = found->id;
    rv_in_force_free(&list);
}

static void take_old_code(struct rv_member *member, const struct rv_ctl_reader *answer)
{
    struct rv_ctl_reader update;
    struct rv_ctl_field field;
    size_t at = 0;

    member->old_code[0] = 0;
    if (!rv_ctl_find(answer, RV_CTL_TAG_UPDATE, &field))
        return;
    update = rv_ctl_inside(&field);
    while (rv_ctl_next(&update, &field)) {
        if (field.tag != RV_CTL_TAG_OLD_CODE || at >= sizeof(member->old_code))
            continue;
        at += (size_t)snprintf(member->old_code + at, sizeof(member->old_code) - at, "%s%.*s",
                               at ? "; " : "", (int)field.size, (const char *)field.data);
    }
}

static void hear_apply(struct rv_member *member, const struct rv_family *family, enum rv_stage then)
{
    struct rv_ctl_reader answer;
    int error = rv_client_receive(member->client, &answer, &member->why);

    if (error == RV_EAPPLIED) {
        member->stage = RV_STAGE_HAD_IT;
        find_number(member, &family->parcel->name);
    } else if (error) {
        rv_member_lose(member, error);
    } else {
        member->id = rv_ctl_number(&answer, RV_CTL_TAG_ID, 0);
        take_old_code(member, &answer);
        if (rv_ctl_text(&answer, RV_CTL_TAG_NOTE, member->note, sizeof(member->note)))
            member->note[0] = 0;
        member->stage = then;
        if (then == RV_STAGE_MOVING) /* as a rule it has moved by now */
            take_stage(member, &answer);
    }
}

void rv_family_send_parcel(struct rv_family *family, enum rv_parcel_way way, enum rv_stage then)
{
    /* less than the others wait for the word, of whom one that is silent is the reason then */
    const unsigned patience_ms = family->request.timeout_ms - RV_APPLY_LOAD_MS;
    const uint64_t last = rv_clock_ms() + patience_ms;

    RV_EACH_MEMBER (member, family, RV_STAGE_NEW) {
        if (!member->client)
            rv_member_open(member, patience_ms);
        if (member->stage == RV_STAGE_NEW)
            rv_parcel_address(member->client, family->parcel, &family->request, way);
        if (member->stage == RV_STAGE_NEW)
            send(member, family->parcel->fd);
    }
    RV_EACH_MEMBER (member, family, RV_STAGE_NEW) {
        const uint64_t now = rv_clock_ms();
        member->client->timeout_ms = last > now ? (unsigned)(last - now) : 1;
        hear_apply(member, family, then);
        if (member->client)
            member->client->timeout_ms = patience_ms;
    }
}

/* By another connection: the agent may have closed this one while others were waited for. */
static void begin_revert(struct rv_member *member, const struct rv_apply_request *request)
{
    rv_client_close(member->client);
    member->client = NULL;
    rv_member_open(member, request->timeout_ms);
    if (member->client)
        rv_client_begin_revert(member->client, member->id, request);
}

void rv_family_send_verdict(struct rv_family *family, enum rv_ctl_kind kind, enum rv_stage from,
                            enum rv_stage then)
{
    struct rv_ctl_reader answer;

    RV_EACH_MEMBER (member, family, from) {
        if (kind == RV_CTL_REVERT)
            begin_revert(member, &family->request);
        else
            rv_ctl_put_number(rv_client_begin(member->client, kind), RV_CTL_TAG_ID, member->id);
        if (member->client)
            send(member, -1);
    }
    RV_EACH_MEMBER (member, family, from) {
        int error = rv_client_receive(member->client, &answer, &member->why);
        member->stage = then;
        if (error == RV_ENOUPDATE && kind == RV_CTL_COMMIT)
            member->stage = RV_STAGE_REFUSED; /* it has given up before it heard of this */
        else if (error && (error != RV_ENOUPDATE || kind != RV_CTL_ABORT))
            rv_member_lose(member, error);
        else if (kind == RV_CTL_COMMIT)
            take_stage(member, &answer);
    }
}

void rv_family_hear_why(struct rv_family *family)
{
    char note[64];

    RV_EACH_MEMBER (member, family, RV_STAGE_REFUSED)
        if (!member->error && member->client)
            member->error = rv_wait_ended(member->client, member->id, "apply", 0, note,
                                          sizeof(note), &member->why);
}

void rv_family_wait(struct rv_family *family, int may_refuse)
{
    const uint64_t last = rv_clock_ms() + family->wait_ms;
    unsigned us = NAP_FIRST_US;

    for (;;) {
        RV_EACH_MEMBER (member, family, RV_STAGE_MOVING)
            look_at(member);
        if (!rv_family_count(family, RV_STAGE_MOVING) ||
            (may_refuse && rv_family_count(family, RV_STAGE_REFUSED)))
            return;
        if (rv_clock_ms() > last)
            return;
        rv_client_nap(&us, NAP_LONGEST_US);
    }
}
