/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * family.c - an update for all processes of a program; see family.h.
 */
#define _GNU_SOURCE
#include "family_members.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "control/clock.h"

#define EACH_MS 20 /* more time for each process: all of them load the patch at once */

static int is_reason(const struct rv_member *member)
{
    return member->stage == RV_STAGE_REFUSED || member->stage == RV_STAGE_MOVING;
}

/* The first that could not take it, or a null pointer. */
static const struct rv_member *first_reason(const struct rv_family *family)
{
    for (size_t n = 0; n < family->count; n++)
        if (is_reason(&family->all[n]))
            return &family->all[n];
    return NULL;
}

/* ---- prepared everywhere, committed everywhere, or nowhere ---- */

/* At once: what can be known beforehand is. */
static void apply_per_call(struct rv_family *family)
{
    rv_family_send_parcel(family, RV_PARCEL_CHECK, RV_STAGE_MOVED);
    family->settled_ns = rv_clock_ns();
    if (rv_family_count(family, RV_STAGE_REFUSED) || family->request.dry_run)
        return;
    RV_EACH_MEMBER (member, family, RV_STAGE_MOVED)
        member->stage = RV_STAGE_NEW;
    rv_family_send_parcel(family, RV_PARCEL_APPLY, RV_STAGE_IN_FORCE);
    family->settled_ns = rv_clock_ns();
    if (rv_family_count(family, RV_STAGE_REFUSED))
        rv_family_send_verdict(family, RV_CTL_REVERT, RV_STAGE_IN_FORCE, RV_STAGE_UNDONE);
}

static void blame_the_late(struct rv_family *family)
{
    RV_EACH_MEMBER (member, family, RV_STAGE_MOVING)
        member->error = RV_EMOVETIME;
}

/* Those that could not move in time are the reason, if nobody has refused. */
static void give_up(struct rv_family *family)
{
    const int is_refused = rv_family_count(family, RV_STAGE_REFUSED) != 0;

    if (!is_refused)
        blame_the_late(family);
    rv_family_send_verdict(family, RV_CTL_ABORT, RV_STAGE_MOVED, RV_STAGE_UNDONE);
    rv_family_send_verdict(family, RV_CTL_ABORT, RV_STAGE_MOVING,
                           is_refused ? RV_STAGE_UNDONE : RV_STAGE_REFUSED);
    rv_family_hear_why(family);
}

/* Who has begun ends in time, or all go back; one that is late does so when we leave it. */
static void all_or_none(struct rv_family *family)
{
    rv_family_wait(family, 0);
    family->settled_ns = rv_clock_ns();
    blame_the_late(family);
    if (first_reason(family))
        rv_family_send_verdict(family, RV_CTL_REVERT, RV_STAGE_IN_FORCE, RV_STAGE_UNDONE);
    rv_family_hear_why(family);
}

static void apply_held(struct rv_family *family)
{
    rv_family_send_parcel(family, RV_PARCEL_HOLD, RV_STAGE_MOVING);
    if (!rv_family_count(family, RV_STAGE_REFUSED))
        rv_family_wait(family, 1);
    if (first_reason(family)) {
        give_up(family);
        return;
    }
    rv_family_send_verdict(family, RV_CTL_COMMIT, RV_STAGE_MOVED, RV_STAGE_MOVING);
    all_or_none(family);
}

/* ---- processes that were born meanwhile ---- */

struct heirloom {
    const struct rv_family *family;
    uint64_t id; /* 0: there is none */
};

static int is_known(const struct rv_family *family, uint64_t id)
{
    for (size_t n = 0; n < family->count; n++)
        if (id && family->all[n].id == id)
            return 1;
    return 0;
}

/* An update that is in force in a child, as it was on its way in the parent. */
static int find_heirloom(const struct rv_ctl_reader *update, void *context)
{
    struct heirloom *heirloom = context;
    const uint64_t id = rv_ctl_number(update, RV_CTL_TAG_ID, 0);
    const char *base = strrchr(heirloom->family->parcel->path, '/');
    char name[128], state[32];

    if (rv_ctl_text(update, RV_CTL_TAG_STATE, state, sizeof(state)) == 0 &&
        rv_ctl_text(update, RV_CTL_TAG_PATH, name, sizeof(name)) == 0 &&
        !strcmp(state, "committed") && base && !strcmp(name, base + 1) &&
        is_known(heirloom->family, id))
        heirloom->id = id;
    return 0;
}

/* The others have given up: so does a child that has it by its birth. */
static void disown(struct rv_family *family, struct rv_member *child)
{
    struct heirloom heirloom = {.family = family};
    int error;

    rv_member_open(child, family->request.timeout_ms + RV_APPLY_LOAD_MS);
    if (child->stage != RV_STAGE_NEW)
        return;
    error = rv_client_updates(child->client, find_heirloom, &heirloom, &child->why);
    if (error)
        rv_member_lose(child, error);
    else if (heirloom.id) {
        child->id = heirloom.id;
        child->stage = RV_STAGE_IN_FORCE;
    }
}

/* A child has its parent's updates, in force or not, as the thread that forked it had. */
static int settle_children(struct rv_family *family)
{
    size_t added = 1;
    int error = 0;

    for (int round = 0; round < RV_FAMILY_ROUNDS && added && !error; round++) {
        const int is_taken = !first_reason(family);
        const size_t before = family->count;
        error = rv_family_look_around(family, &added);
        for (size_t n = before; n < family->count && !is_taken; n++)
            disown(family, &family->all[n]);
        if (is_taken)
            rv_family_send_parcel(family, RV_PARCEL_APPLY, RV_STAGE_MOVING);
        else
            rv_family_send_verdict(family, RV_CTL_REVERT, RV_STAGE_IN_FORCE, RV_STAGE_UNDONE);
        if (family->count > before)
            all_or_none(family);
    }
    return error;
}

/* ---- the report ---- */

static const char *word_of(const struct rv_member *member)
{
    static const char *const words[] = {
        [RV_STAGE_NEW] = "as before",          [RV_STAGE_MOVING] = "moving",
        [RV_STAGE_MOVED] = "checked",          [RV_STAGE_IN_FORCE] = "in force",
        [RV_STAGE_HAD_IT] = "in force before", [RV_STAGE_REFUSED] = "refused",
        [RV_STAGE_UNDONE] = "undone",          [RV_STAGE_ENDED] = "ended"};
    return words[member->stage];
}

#define REASON_MAX (sizeof(((struct rv_reason *)0)->text) + 128)

/* Why it has not taken the update. "": it has. */
static void explain(const struct rv_family *family, const struct rv_member *member,
                    char text[REASON_MAX])
{
    const struct rv_member *first = first_reason(family);
    const char *why = member->why.text;

    *text = 0;
    if (member->stage == RV_STAGE_UNDONE && first)
        snprintf(text, REASON_MAX, "process %d could not take it", first->pid);
    if (!is_reason(member))
        return;
    if (member->error == RV_EMOVETIME && *why && !strstr(why, rv_error_text(RV_EMOVETIME)))
        snprintf(text, REASON_MAX, "%s: %s", rv_error_text(RV_EMOVETIME), why);
    else
        snprintf(text, REASON_MAX, "%s", *why ? why : rv_error_text(member->error));
}

static void print_members(struct rv_family *family)
{
    static const struct rv_column columns[] = {
        {"pid", -8}, {"update", -7}, {"state", 10}, {"reason", 0}, {NULL, 0}};
    struct rv_out *out = &family->command->out;

    if (!out->is_json && !first_reason(family))
        return;
    rv_out_table(out, "members", columns);
    for (const struct rv_member *at = family->all; at < family->all + family->count; at++) {
        char text[REASON_MAX];

        explain(family, at, text);
        rv_out_cell_number(out, (uint64_t)at->pid);
        rv_out_cell_number(out, at->id);
        rv_out_cell(out, word_of(at));
        rv_out_cell(out, text);
    }
    rv_out_table_end(out);
}

static int has_it(const struct rv_member *member)
{
    return member->stage == RV_STAGE_IN_FORCE || member->stage == RV_STAGE_HAD_IT;
}

/* Its number, if it has the same one everywhere; else what `revert` takes instead. */
static void print_number(struct rv_family *family)
{
    const struct rv_member *end = family->all + family->count;
    uint64_t id = 0;
    int is_same = 1;

    for (const struct rv_member *at = family->all; at < end; at++) {
        if (!has_it(at))
            continue;
        is_same &= at->id && (!id || id == at->id);
        id = at->id;
    }
    if (id && is_same)
        rv_out_number(&family->command->out, "update", id);
    else if (id)
        rv_out_text(&family->command->out, "patch", family->parcel->path);
}

/* Which threads go on in replaced functions, by process. */
static void print_old_code(struct rv_family *family)
{
    char(*texts)[sizeof(family->all->old_code) + 32] = calloc(family->count + 1, sizeof(*texts));
    const char **names = calloc(family->count + 1, sizeof(*names));
    size_t count = 0;

    for (size_t n = 0; texts && names && n < family->count; n++) {
        const struct rv_member *member = &family->all[n];

        if (!has_it(member) || !*member->old_code)
            continue;
        snprintf(texts[count], sizeof(texts[0]), "process %d: %s", member->pid, member->old_code);
        names[count] = texts[count];
        count++;
    }
    if (count)
        rv_out_names(&family->command->out, "keeps_old_code", names, count);
    free(names);
    free(texts);
}

/* They share the journal as a rule, so what one says is what all say. */
static void print_note(const struct rv_family *family)
{
    size_t n = 0;

    while (n < family->count && !*family->all[n].note)
        n++;
    if (n < family->count)
        rv_out_text(&family->command->out, "note", family->all[n].note);
}

/* The first that refused speaks for all. */
static int verdict(struct rv_family *family)
{
    const size_t refused =
        rv_family_count(family, RV_STAGE_REFUSED) + rv_family_count(family, RV_STAGE_MOVING);
    const struct rv_member *first = first_reason(family);
    const size_t had = rv_family_count(family, RV_STAGE_HAD_IT);
    char why[REASON_MAX], kept[64] = "";

    if (!first)
        return 0;
    explain(family, first, why);
    if (had)
        snprintf(kept, sizeof(kept), "; %zu had it before, and keep%s it", had, had > 1 ? "" : "s");
    return rv_because(&family->command->reason, RV_EFAMILY, "%zu of %zu: process %d: %.1700s%s",
                      refused, family->count - rv_family_count(family, RV_STAGE_ENDED), first->pid,
                      why, kept);
}

static int report(struct rv_family *family, uint64_t start)
{
    struct rv_out *out = &family->command->out;
    const int is_done = !first_reason(family);

    rv_out_number(out, "processes", family->count - rv_family_count(family, RV_STAGE_ENDED));
    rv_out_number(
        out, family->request.dry_run ? "would_apply" : "in_force",
        rv_family_count(family, family->request.dry_run ? RV_STAGE_MOVED : RV_STAGE_IN_FORCE) +
            rv_family_count(family, RV_STAGE_HAD_IT));
    if (is_done && !family->request.dry_run)
        print_number(family);
    print_members(family);
    print_old_code(family);
    print_note(family);
    if (is_done)
        rv_out_time(out, "request_to_effect_ns", family->settled_ns - start);
    return verdict(family);
}

/* ---- */

/* A socket for each process. */
static void allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int rv_family_apply(struct rv_command *command, const char *word, const struct rv_pids *pids,
                    const struct rv_parcel *parcel, const struct rv_apply_request *request)
{
    struct rv_family family = {
        .command = command, .word = word, .parcel = parcel, .request = *request};
    uint64_t start = rv_clock_ns();
    size_t added;
    int error;

    allow_descriptors();
    error = rv_family_admit(&family, pids, &added);
    family.wait_ms = request->timeout_ms;
    family.request.timeout_ms += (unsigned)family.count * EACH_MS + 2 * RV_APPLY_LOAD_MS;
    if (!error && (request->dry_run || request->consistency == RV_CTL_PER_CALL))
        apply_per_call(&family);
    else if (!error)
        apply_held(&family);
    if (!error && !request->dry_run)
        error = settle_children(&family);
    if (!error)
        error = report(&family, start);
    rv_family_disperse(&family);
    return error;
}
