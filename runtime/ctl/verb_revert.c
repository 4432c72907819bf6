/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_revert.c - revector revert: one update, those of a patch, or all, the newest first.
 */
#include <inttypes.h>
#include <string.h>

#include "control/clock.h"
#include "family.h"
#include "revert_which.h"

/* What the process has to add goes to `note`, unless there is nothing. */
static int revert_one(struct rv_command *command, struct rv_client *client, uint64_t id,
                      const struct rv_apply_request *request, char note[512])
{
    struct rv_ctl_reader answer;
    char own[512];
    int error;

    rv_client_begin_revert(client, id, request);
    error = rv_client_ask(client, -1, &answer, &command->reason);
    if (!error)
        error = rv_wait_moved(client, &answer, "revert", request->timeout_ms, own, sizeof(own),
                              &command->reason);
    if (!error && *own)
        memcpy(note, own, sizeof(own));
    return error;
}

/* ---- several, the newest first ---- */

#define GONE_SHOWN 64

struct round {
    struct rv_command *command;
    struct rv_client *client;
    const struct rv_revert_wish *wish;
    const struct rv_apply_request *request;
    char note[512];
    uint64_t gone[GONE_SHOWN]; /* the numbers of the first of them */
    size_t count;
};

static const struct rv_in_force *next_of(const struct round *round,
                                         const struct rv_in_force_list *list)
{
    if (round->wish->kind == RV_REVERT_PATCH)
        return rv_in_force_find(list, &round->wish->patch);
    if (list->under_way) /* first: no other could go meanwhile */
        return &list->moving;
    return list->count ? &list->all[list->count - 1] : NULL;
}

static void name_update(struct rv_reason *reason, uint64_t id, int error)
{
    struct rv_reason said = *reason;

    snprintf(reason->text, sizeof(reason->text), "update %" PRIu64 ": %.2000s", id,
             *said.text ? said.text : rv_error_text(error));
}

/* 1: one has gone. 0: there is none (any more). */
static int revert_next(struct round *round, int *error)
{
    struct rv_in_force_list list = {0};
    const struct rv_in_force *next = NULL;
    uint64_t id = 0;

    *error = rv_in_force_of(round->client, &list, &round->command->reason);
    if (!*error)
        next = next_of(round, &list);
    if (next) {
        id = next->id;
        *error = revert_one(round->command, round->client, id, round->request, round->note);
        if (*error)
            name_update(&round->command->reason, id, *error);
    }
    rv_in_force_free(&list);
    if (*error || !id)
        return 0;
    if (round->count < GONE_SHOWN)
        round->gone[round->count] = id;
    round->count++;
    return 1;
}

static void print_numbers(struct rv_out *out, const char *key, const uint64_t *ids, size_t count)
{
    char text[GONE_SHOWN][24];
    const char *names[GONE_SHOWN];

    for (size_t n = 0; n < count && n < GONE_SHOWN; n++) {
        snprintf(text[n], sizeof(text[n]), "%" PRIu64, ids[n]);
        names[n] = text[n];
    }
    rv_out_names(out, key, names, count < GONE_SHOWN ? count : GONE_SHOWN);
}

/* One has refused: which have gone before it, and which have stayed. */
static void report_rest(struct round *round)
{
    struct rv_in_force_list list = {0};
    struct rv_reason unused;
    uint64_t ids[GONE_SHOWN];
    size_t count = 0;

    print_numbers(&round->command->out, "reverted", round->gone, round->count);
    if (rv_in_force_of(round->client, &list, &unused) == 0)
        for (size_t n = 0; n < list.count && n < GONE_SHOWN; n++)
            ids[count++] = list.all[n].id;
    rv_in_force_free(&list);
    print_numbers(&round->command->out, "still_in_force", ids, count);
}

static int revert_several(struct round *round)
{
    const int is_all = round->wish->kind == RV_REVERT_ALL;
    struct rv_out *out = &round->command->out;
    int error;

    while (revert_next(round, &error))
        ;
    if (error)
        report_rest(round);
    else if (is_all)
        rv_out_text(out, "reverted", "all");
    else if (round->count == 1)
        rv_out_number(out, "reverted", round->gone[0]);
    else
        print_numbers(out, "reverted", round->gone, round->count);
    if (!error && !is_all && !round->count)
        rv_out_say(out, "the patch is not in force here");
    return error;
}

static int revert_number(struct round *round)
{
    const uint64_t id = round->wish->id;
    int error = revert_one(round->command, round->client, id, round->request, round->note);

    if (!error)
        rv_out_number(&round->command->out, "reverted", id);
    return error;
}

struct errand {
    struct rv_revert_wish wish;
    struct rv_apply_request request;
};

static int revert_in(struct rv_command *command, struct rv_client *client, void *context)
{
    const struct errand *errand = context;
    struct round round = {
        .command = command, .client = client, .wish = &errand->wish, .request = &errand->request};
    const uint64_t start = rv_clock_ns();
    int error =
        errand->wish.kind == RV_REVERT_NUMBER ? revert_number(&round) : revert_several(&round);

    if (error)
        return error;
    rv_out_time(&command->out, "request_to_effect_ns", rv_clock_ns() - start);
    if (*round.note)
        rv_out_text(&command->out, "note", round.note);
    return 0;
}

int rv_verb_revert(struct rv_command *command)
{
    struct errand errand;
    int error = rv_apply_request_parse(command, &errand.request);

    if (!error)
        error = rv_revert_which(command, &errand.wish);
    if (error)
        return error;
    return rv_family_each(command, command->args.operands[0], revert_in, &errand);
}
