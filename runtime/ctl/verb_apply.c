/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_apply.c - revector apply and revert: ask the agent, report what it did.
 *
 * The patch travels as an open descriptor next to its path, so that the process
 * needs no right to open the file, and another root directory does not matter.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "control/clock.h"
#include "patch_file.h"

#define NAMES_SHOWN 256

#define MOVE_MS 5000 /* as the process has it */
#define LOAD_MS 2000 /* more for the process to load the patch and to answer, when it is busy */

/* In the order of enum rv_ctl_consistency. */
static int parse_consistency(struct rv_command *command, unsigned *consistency)
{
    static const char *const kinds[] = {"thread", "call", "process"};
    const char *wanted = command->args.consistency;

    *consistency = RV_CTL_PER_THREAD;
    while (wanted && *consistency < 3 && strcmp(kinds[*consistency], wanted))
        ++*consistency;
    if (*consistency == 3)
        return rv_because(&command->reason, RV_EOPTIONS, "--consistency %s", wanted);
    return 0;
}

int rv_apply_request_parse(struct rv_command *command, struct rv_apply_request *request)
{
    *request = (struct rv_apply_request){.timeout_ms = MOVE_MS};
    request->dry_run = command->args.dry_run != NULL;
    if (command->args.timeout && rv_time_parse(command->args.timeout, &request->timeout_ms))
        return rv_because(&command->reason, RV_EOPTIONS, "--timeout %s", command->args.timeout);
    return parse_consistency(command, &request->consistency);
}

/* What the agent says of the update under one tag. */
static void print_texts(struct rv_out *out, const char *key, const struct rv_ctl_reader *answer,
                        uint16_t tag)
{
    char text[NAMES_SHOWN][128];
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

static void report(struct rv_out *out, const struct rv_ctl_reader *answer, uint64_t took,
                   const struct rv_apply_request *request)
{
    if (request->dry_run)
        rv_out_flag(out, "would_apply", 1);
    else
        rv_out_number(out, "update", rv_ctl_number(answer, RV_CTL_TAG_ID, 0));
    print_texts(out, "functions", answer, RV_CTL_TAG_NAME);
    print_texts(out, "keeps_old_code", answer, RV_CTL_TAG_OLD_CODE);
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

/* If threads are still moving, until they have. */
static int await(struct rv_client *client, const struct rv_ctl_reader *answer, const char *wanted,
                 const struct rv_apply_request *request, struct rv_reason *reason)
{
    struct rv_ctl_field field;
    struct rv_ctl_reader update;
    char state[32];

    if (!rv_ctl_find(answer, RV_CTL_TAG_UPDATE, &field))
        return 0;
    update = rv_ctl_inside(&field);
    if (rv_ctl_text(&update, RV_CTL_TAG_STATE, state, sizeof(state)))
        return RV_EPROTOCOL;
    if (strcmp(state, wanted) == 0)
        return 0;
    return rv_wait_moved(client, rv_ctl_number(&update, RV_CTL_TAG_ID, 0), wanted,
                         request->timeout_ms, reason);
}

/* A patch file, opened and checked, as it is sent. */
struct parcel {
    int fd;
    char path[PATH_MAX]; /* absolute */
    struct rv_signature_text signature;
};

static int ask(struct rv_command *command, struct rv_client *client, const struct parcel *parcel,
               const struct rv_apply_request *request)
{
    struct rv_ctl_writer *question = rv_client_begin(client, RV_CTL_APPLY);
    static uint8_t kept[RV_CTL_FRAME_MAX];
    struct rv_ctl_reader answer, keep;
    uint64_t start = rv_clock_ns();
    int error;

    rv_ctl_put_text(question, RV_CTL_TAG_PATH, parcel->path);
    rv_ctl_put_number(question, RV_CTL_TAG_CONSISTENCY, request->consistency);
    rv_ctl_put_number(question, RV_CTL_TAG_DRY_RUN, (uint64_t)request->dry_run);
    rv_ctl_put_number(question, RV_CTL_TAG_TIMEOUT, request->timeout_ms);
    if (parcel->signature.size)
        rv_ctl_put_bytes(question, RV_CTL_TAG_SIGNATURE, parcel->signature.text,
                         parcel->signature.size);
    error = rv_client_ask(client, parcel->fd, &answer, &command->reason);
    if (error)
        return error;
    keep = answer_copy(&answer, kept);
    error = await(client, &keep, "committed", request, &command->reason);
    if (!error)
        report(&command->out, &keep, rv_clock_ns() - start, request);
    return error;
}

/* The parcel's descriptor is the caller's, also after a refusal. */
static int pack(struct rv_command *command, const char *path, struct parcel *parcel)
{
    int error;

    parcel->fd = -1;
    error = rv_patch_open(path, &parcel->fd, &command->reason);
    if (!error && !realpath(path, parcel->path))
        error = rv_because(&command->reason, RV_EREAD, "%s: %s", path, strerror(errno));
    if (!error)
        error =
            rv_patch_signature(path, command->args.signature, &parcel->signature, &command->reason);
    return error;
}

int rv_apply_file(struct rv_command *command, int pid, const char *path,
                  const struct rv_apply_request *request)
{
    struct rv_client *client;
    struct parcel parcel;
    int error = pack(command, path, &parcel);

    if (!error)
        error = rv_client_open(pid, request->timeout_ms + LOAD_MS, &client, &command->reason);
    if (!error) {
        error = ask(command, client, &parcel, request);
        rv_client_close(client);
    }
    if (parcel.fd >= 0)
        close(parcel.fd);
    return error;
}

int rv_verb_apply(struct rv_command *command)
{
    struct rv_apply_request request;
    int pid, error = rv_apply_request_parse(command, &request);

    if (!error)
        error = rv_process_find(command->args.operands[0], &pid, &command->reason);
    if (!error)
        error = rv_apply_file(command, pid, command->args.operands[1], &request);
    return error;
}

/* ---- revert ---- */

/* UPDATE or --all, exactly one of them; 0 is all. */
static int parse_update(struct rv_command *command, unsigned long *id)
{
    const char *word = command->args.operand_count > 1 ? command->args.operands[1] : NULL;
    char *end = NULL;

    if (!word == !command->args.all)
        return rv_because(&command->reason, RV_EOPTIONS, "say either which update, or --all");
    errno = 0;
    *id = word ? strtoul(word, &end, 10) : 0;
    if (word && (*end || end == word || !*id || *id > UINT32_MAX))
        return rv_because(&command->reason, RV_ENOUPDATE, "%s", word);
    return 0;
}

static int revert_one(struct rv_command *command, struct rv_client *client, uint64_t id,
                      const struct rv_apply_request *request)
{
    struct rv_ctl_writer *question = rv_client_begin(client, RV_CTL_REVERT);
    struct rv_ctl_reader answer;
    int error;

    rv_ctl_put_number(question, RV_CTL_TAG_ID, id);
    rv_ctl_put_number(question, RV_CTL_TAG_CONSISTENCY, request->consistency);
    rv_ctl_put_number(question, RV_CTL_TAG_TIMEOUT, request->timeout_ms);
    error = rv_client_ask(client, -1, &answer, &command->reason);
    return error ? error : await(client, &answer, "reverted", request, &command->reason);
}

static int note_committed(const struct rv_ctl_reader *answer, void *newest)
{
    struct rv_ctl_reader fields = *answer;
    struct rv_ctl_field field;

    while (rv_ctl_next(&fields, &field)) {
        struct rv_ctl_reader update;
        char state[32];
        if (field.tag != RV_CTL_TAG_UPDATE)
            continue;
        update = rv_ctl_inside(&field);
        if (rv_ctl_text(&update, RV_CTL_TAG_STATE, state, sizeof(state)) == 0 &&
            strcmp(state, "committed") == 0)
            *(uint64_t *)newest = rv_ctl_number(&update, RV_CTL_TAG_ID, 0);
    }
    return 0;
}

static int revert_all(struct rv_command *command, struct rv_client *client,
                      const struct rv_apply_request *request)
{
    for (;;) {
        uint64_t newest = 0;
        int error =
            rv_client_pages(client, RV_CTL_STATUS, note_committed, &newest, &command->reason);
        if (error || !newest)
            return error;
        error = revert_one(command, client, newest, request);
        if (error)
            return error;
    }
}

static int revert(struct rv_command *command, struct rv_client *client, unsigned long id,
                  const struct rv_apply_request *request)
{
    uint64_t start = rv_clock_ns();
    int error =
        id ? revert_one(command, client, id, request) : revert_all(command, client, request);

    if (error)
        return error;
    if (id)
        rv_out_number(&command->out, "reverted", id);
    else
        rv_out_text(&command->out, "reverted", "all");
    rv_out_time(&command->out, "request_to_effect_ns", rv_clock_ns() - start);
    return 0;
}

int rv_verb_revert(struct rv_command *command)
{
    struct rv_apply_request request;
    struct rv_client *client;
    unsigned long id;
    int pid, error = parse_update(command, &id);

    if (!error)
        error = rv_apply_request_parse(command, &request);
    if (!error)
        error = rv_process_find(command->args.operands[0], &pid, &command->reason);
    if (!error)
        error = rv_client_open(pid, RV_CLIENT_TIMEOUT_MS, &client, &command->reason);
    if (error)
        return error;
    error = revert(command, client, id, &request);
    rv_client_close(client);
    return error;
}
