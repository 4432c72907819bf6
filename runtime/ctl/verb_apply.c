/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_apply.c - revector apply: ask the agent, report what it did.
 */
#define _GNU_SOURCE
#include <string.h>

#include "client.h"
#include "control/clock.h"
#include "family.h"

#define NAMES_SHOWN 256

#define MOVE_MS 5000 /* as the process has it */

static int bad_time(struct rv_command *command, const char *option, const char *value)
{
    return rv_because(&command->reason, RV_EOPTIONS,
                      "%s %s; a time is a number of ms, s, min or h, from 1ms to 24h", option,
                      value);
}

/* In the order of enum rv_ctl_consistency. */
static int parse_consistency(struct rv_command *command, unsigned *consistency)
{
    static const char *const kinds[] = {"thread", "call", "process"};
    const char *wanted = command->args.consistency;

    *consistency = RV_CTL_PER_THREAD;
    while (wanted && *consistency < 3 && strcmp(kinds[*consistency], wanted))
        ++*consistency;
    if (*consistency == 3)
        return rv_because(&command->reason, RV_EOPTIONS,
                          "--consistency %s; there are thread, call and process", wanted);
    return 0;
}

static int parse_probation(struct rv_command *command, struct rv_apply_request *request)
{
    const char *wanted = command->args.probation;

    request->has_probation = wanted != NULL;
    if (!wanted || !strcmp(wanted, "0") || !rv_time_parse(wanted, &request->probation_ms))
        return 0;
    return bad_time(command, "--probation", wanted);
}

int rv_apply_request_parse(struct rv_command *command, struct rv_apply_request *request)
{
    *request = (struct rv_apply_request){.timeout_ms = MOVE_MS};
    request->dry_run = command->args.dry_run != NULL;
    request->once = command->args.once != NULL;
    request->replace = command->args.replace != NULL;
    if (command->args.confirm && rv_time_parse(command->args.confirm, &request->confirm_ms))
        return bad_time(command, "--confirm", command->args.confirm);
    if (command->args.timeout && rv_time_parse(command->args.timeout, &request->timeout_ms))
        return bad_time(command, "--timeout", command->args.timeout);
    if (parse_probation(command, request))
        return RV_EOPTIONS;
    return parse_consistency(command, &request->consistency);
}

/* What the agent says of the update under one tag. */
static void print_texts(struct rv_out *out, const char *key, const struct rv_ctl_reader *answer,
                        uint16_t tag)
{
    char text[NAMES_SHOWN][256];
    const char *names[NAMES_SHOWN];
    struct rv_ctl_reader update;
    struct rv_ctl_field field;
    size_t count = 0;

    if (!rv_ctl_find(answer, RV_CTL_TAG_UPDATE, &field))
        return;
    update = rv_ctl_inside(&field);
    while (count < NAMES_SHOWN && rv_ctl_next(&update, &field)) {
        if (field.tag != tag)
            continue;
        snprintf(text[count], sizeof(text[0]), "%.*s", (int)field.size, (const char *)field.data);
        names[count] = text[count];
        count++;
    }
    rv_out_names(out, key, names, count);
}

/* Milliseconds until the update is reverted, as the agent says; 0: it will not be. */
static uint64_t confirm_left(const struct rv_ctl_reader *answer)
{
    struct rv_ctl_reader update;
    struct rv_ctl_field field;

    if (!rv_ctl_find(answer, RV_CTL_TAG_UPDATE, &field))
        return 0;
    update = rv_ctl_inside(&field);
    return rv_ctl_number(&update, RV_CTL_TAG_CONFIRM, 0);
}

static void report(struct rv_out *out, const struct rv_ctl_reader *answer, uint64_t took,
                   const struct rv_apply_request *request)
{
    char note[1024];

    if (request->dry_run)
        rv_out_flag(out, "would_apply", 1);
    else
        rv_out_number(out, "update", rv_ctl_number(answer, RV_CTL_TAG_ID, 0));
    print_texts(out, "functions", answer, RV_CTL_TAG_NAME);
    print_texts(out, "go_back", answer, RV_CTL_TAG_BACK);
    print_texts(out, "keeps_old_code", answer, RV_CTL_TAG_OLD_CODE);
    print_texts(out, "no_way_back_for", answer, RV_CTL_TAG_ONE_WAY);
    if (confirm_left(answer))
        rv_out_time(out, "confirm_within_ns", confirm_left(answer) * 1000000);
    if (!rv_ctl_text(answer, RV_CTL_TAG_NOTE, note, sizeof(note)) && *note)
        rv_out_text(out, "note", note);
    rv_out_time(out, "request_to_effect_ns", took);
    rv_out_time(out, "in_the_process_ns", rv_ctl_number(answer, RV_CTL_TAG_AGENT_NS, 0));
}

/* Fields that outlive the next question. */
static struct rv_ctl_reader answer_copy(const struct rv_ctl_reader *answer, uint8_t *to)
{
    size_t size = (size_t)(answer->end - answer->at);

    memcpy(to, answer->at, size);
    return (struct rv_ctl_reader){to, to + size};
}

static int ask(struct rv_command *command, struct rv_client *client, const struct rv_parcel *parcel,
               const struct rv_apply_request *request)
{
    static uint8_t kept[RV_CTL_FRAME_MAX];
    struct rv_ctl_reader answer, keep;
    uint64_t start = rv_clock_ns();
    char note[64]; /* of what was asked for itself: that it is to be confirmed */
    int error;

    rv_parcel_address(client, parcel, request, RV_PARCEL_APPLY);
    error = rv_client_ask(client, parcel->fd, &answer, &command->reason);
    if (error)
        return error;
    keep = answer_copy(&answer, kept);
    error = rv_wait_moved(client, &keep, "apply", request->timeout_ms, note, sizeof(note),
                          &command->reason);
    if (error)
        return error;
    report(&command->out, &keep, rv_clock_ns() - start, request);
    if (request->confirm_ms && !request->dry_run && !confirm_left(&keep))
        return rv_because(&command->reason, RV_EVERSION,
                          "its runtime does not know --confirm, so the update stays until "
                          "reverted");
    return 0;
}

static int apply_to(struct rv_command *command, int pid, const struct rv_parcel *parcel,
                    const struct rv_apply_request *request)
{
    struct rv_client *client;
    int error =
        rv_client_open(pid, request->timeout_ms + RV_APPLY_LOAD_MS, &client, &command->reason);

    if (!error) {
        error = ask(command, client, parcel, request);
        rv_client_close(client);
    }
    return error;
}

int rv_apply_file(struct rv_command *command, const char *word, const char *path,
                  const struct rv_apply_request *request)
{
    struct rv_parcel parcel;
    struct rv_pids pids;
    int error = rv_process_all(word, &pids, &command->reason);

    if (error)
        return error;
    error = rv_parcel_pack(command, path, &parcel);
    if (!error)
        error = pids.count == 1 ? apply_to(command, pids.all[0], &parcel, request)
                                : rv_family_apply(command, word, &pids, &parcel, request);
    rv_parcel_drop(&parcel);
    rv_process_free(&pids);
    return error;
}

int rv_verb_apply(struct rv_command *command)
{
    struct rv_apply_request request;
    int error = rv_apply_request_parse(command, &request);

    if (!error)
        error =
            rv_apply_file(command, command->args.operands[0], command->args.operands[1], &request);
    return error;
}
