/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_revert.c - revector revert: one update, or all of them, the newest first.
 */
#include <string.h>

#include "control/clock.h"
#include "family.h"

/* UPDATE or --all, exactly one of them; 0 is all. */
static int parse_update(struct rv_command *command, unsigned long *id)
{
    if ((command->args.operand_count > 1) == (command->args.all != NULL))
        return rv_because(&command->reason, RV_EOPTIONS, "say either which update, or --all");
    return rv_update_parse(command, id);
}

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

static int note_committed(const struct rv_ctl_reader *update, void *newest)
{
    char state[32];

    if (rv_ctl_text(update, RV_CTL_TAG_STATE, state, sizeof(state)) == 0 &&
        strcmp(state, "committed") == 0)
        *(uint64_t *)newest = rv_ctl_number(update, RV_CTL_TAG_ID, 0);
    return 0;
}

static int revert_all(struct rv_command *command, struct rv_client *client,
                      const struct rv_apply_request *request, char note[512])
{
    for (;;) {
        uint64_t newest = 0;
        int error = rv_client_updates(client, note_committed, &newest, &command->reason);

        if (error || !newest)
            return error;
        error = revert_one(command, client, newest, request, note);
        if (error)
            return error;
    }
}

static int revert(struct rv_command *command, struct rv_client *client, unsigned long id,
                  const struct rv_apply_request *request)
{
    uint64_t start = rv_clock_ns();
    char note[512] = "";
    int error = id ? revert_one(command, client, id, request, note)
                   : revert_all(command, client, request, note);

    if (error)
        return error;
    if (id)
        rv_out_number(&command->out, "reverted", id);
    else
        rv_out_text(&command->out, "reverted", "all");
    rv_out_time(&command->out, "request_to_effect_ns", rv_clock_ns() - start);
    if (*note)
        rv_out_text(&command->out, "note", note);
    return 0;
}

struct wish {
    struct rv_apply_request request;
    unsigned long id; /* 0: all */
};

static int revert_in(struct rv_command *command, struct rv_client *client, void *context)
{
    const struct wish *wish = context;

    return revert(command, client, wish->id, &wish->request);
}

int rv_verb_revert(struct rv_command *command)
{
    struct wish wish;
    int error = parse_update(command, &wish.id);

    if (!error)
        error = rv_apply_request_parse(command, &wish.request);
    if (error)
        return error;
    return rv_family_each(command, command->args.operands[0], revert_in, &wish);
}
