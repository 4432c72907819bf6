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
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "patch_file.h"

#define NAMES_SHOWN 256

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int rv_apply_request_parse(struct rv_command *command, struct rv_apply_request *request)
{
    static const char *const kinds[] = {"call", "thread", "process"};
    const char *wanted = command->args.consistency;

    *request = (struct rv_apply_request){.timeout_ms = RV_CLIENT_TIMEOUT_MS};
    request->dry_run = command->args.dry_run != NULL;
    request->once = command->args.once != NULL;
    if (command->args.confirm && rv_time_parse(command->args.confirm, &request->confirm_ms))
        return rv_because(&command->reason, RV_EOPTIONS, "--confirm %s", command->args.confirm);
    if (command->args.timeout && rv_time_parse(command->args.timeout, &request->timeout_ms))
        return rv_because(&command->reason, RV_EOPTIONS, "--timeout %s", command->args.timeout);
    while (wanted && request->consistency < 3 && strcmp(kinds[request->consistency], wanted))
        request->consistency++;
    if (request->consistency == 3)
        return rv_because(&command->reason, RV_EOPTIONS, "--consistency %s", wanted);
    return request->consistency ? RV_ELATER : 0;
}

/* The functions of the update that the agent tells about. */
static void print_functions(struct rv_out *out, const struct rv_ctl_reader *answer)
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
        if (field.tag != RV_CTL_TAG_NAME)
            continue;
        snprintf(text[count], sizeof(text[0]), "%.*s", (int)field.size, (const char *)field.data);
        names[count] = text[count];
        count++;
    }
    rv_out_names(out, "functions", names, count);
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
    if (request->dry_run)
        rv_out_flag(out, "would_apply", 1);
    else
        rv_out_number(out, "update", rv_ctl_number(answer, RV_CTL_TAG_ID, 0));
    print_functions(out, answer);
    if (confirm_left(answer))
        rv_out_time(out, "confirm_within_ns", confirm_left(answer) * 1000000);
    rv_out_time(out, "request_to_effect_ns", took);
    rv_out_time(out, "in_the_process_ns", rv_ctl_number(answer, RV_CTL_TAG_AGENT_NS, 0));
}

static int ask(struct rv_command *command, struct rv_client *client, int fd, const char *path,
               const struct rv_apply_request *request)
{
    struct rv_ctl_writer *question = rv_client_begin(client, RV_CTL_APPLY);
    struct rv_ctl_reader answer;
    uint64_t start = now_ns();
    int error;

    rv_ctl_put_text(question, RV_CTL_TAG_PATH, path);
    rv_ctl_put_number(question, RV_CTL_TAG_CONSISTENCY, request->consistency);
    rv_ctl_put_number(question, RV_CTL_TAG_DRY_RUN, (uint64_t)request->dry_run);
    rv_ctl_put_number(question, RV_CTL_TAG_TIMEOUT, request->timeout_ms);
    rv_ctl_put_number(question, RV_CTL_TAG_CONFIRM, request->confirm_ms);
    rv_ctl_put_number(question, RV_CTL_TAG_ONCE, (uint64_t)request->once);
    error = rv_client_ask(client, fd, &answer, &command->reason);
    if (error)
        return error;
    report(&command->out, &answer, now_ns() - start, request);
    if (request->confirm_ms && !request->dry_run && !confirm_left(&answer))
        return rv_because(
            &command->reason, RV_EVERSION,
            "its runtime does not know --confirm, so the update stays until reverted");
    return 0;
}

int rv_apply_file(struct rv_command *command, int pid, const char *path,
                  const struct rv_apply_request *request)
{
    struct rv_client *client;
    char absolute[PATH_MAX];
    int fd = -1, error = rv_patch_open(path, &fd, &command->reason);

    if (!error && !realpath(path, absolute))
        error = rv_because(&command->reason, RV_EREAD, "%s: %s", path, strerror(errno));
    if (!error)
        error = rv_client_open(pid, request->timeout_ms, &client, &command->reason);
    if (!error) {
        error = ask(command, client, fd, absolute, request);
        rv_client_close(client);
    }
    if (fd >= 0)
        close(fd);
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

static int revert(struct rv_command *command, struct rv_client *client, unsigned long id)
{
    struct rv_ctl_writer *question = rv_client_begin(client, RV_CTL_REVERT);
    struct rv_ctl_reader answer;
    uint64_t start = now_ns();
    char note[1024];
    int error;

    rv_ctl_put_number(question, id ? RV_CTL_TAG_ID : RV_CTL_TAG_ALL, id ? id : 1);
    error = rv_client_ask(client, -1, &answer, &command->reason);
    if (error)
        return error;
    if (id)
        rv_out_number(&command->out, "reverted", id);
    else
        rv_out_text(&command->out, "reverted", "all");
    rv_out_time(&command->out, "request_to_effect_ns", now_ns() - start);
    if (!rv_ctl_text(&answer, RV_CTL_TAG_NOTE, note, sizeof(note)) && *note)
        rv_out_text(&command->out, "note", note);
    return 0;
}

int rv_verb_revert(struct rv_command *command)
{
    struct rv_client *client;
    unsigned long id;
    int pid, error = parse_update(command, &id);

    if (!error)
        error = rv_process_find(command->args.operands[0], &pid, &command->reason);
    if (!error)
        error = rv_client_open(pid, RV_CLIENT_TIMEOUT_MS, &client, &command->reason);
    if (error)
        return error;
    error = revert(command, client, id);
    rv_client_close(client);
    return error;
}
