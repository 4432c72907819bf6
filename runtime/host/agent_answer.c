/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_answer.c - one question in, one answer out.
 *
 * Every verb writes its fields behind the header of an ANSWER; if it returns an
 * error, an ERROR frame with the sentence takes their place.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "control/clock.h"
#include "trust.h"
#include "operate.h"
#include "target.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct question {
    struct rv_ctl_reader fields;
    int patch; /* descriptor, or -1 */
    int socket; /* whoever is behind it asks */
    char detail[1024]; /* names for the sentence of a refusal */
    char note[512]; /* what an answer has to add; "": nothing */
};

/* The update that threads move to, and the connection of whoever asked for it. */
static struct {
    uint32_t id; /* 0: none */
    int socket;
} asked;

static int serving = -1; /* the connection whose question is being answered */

static uint64_t from(const struct question *question)
{
    return rv_ctl_number(&question->fields, RV_CTL_TAG_FROM, 0);
}

static int answer_hello(struct question *question, struct rv_ctl_writer *out)
{
    struct agent_totals totals;
    char trust[512];

    (void)question;
    agent_count(&totals);
    rv_ctl_put_text(out, RV_CTL_TAG_VERSION, rv_version());
    rv_ctl_put_number(out, RV_CTL_TAG_PID, (uint64_t)getpid());
    rv_ctl_put_number(out, RV_CTL_TAG_IMAGES, totals.images);
    rv_ctl_put_number(out, RV_CTL_TAG_STRANGERS, totals.strangers);
    rv_ctl_put_number(out, RV_CTL_TAG_METHODS, totals.methods);
    rv_ctl_put_number(out, RV_CTL_TAG_UPDATES, totals.updates);
    rv_trust_describe(trust, sizeof(trust));
    if (rv_trust_asks())
        rv_ctl_put_text(out, RV_CTL_TAG_TRUST, trust);
    if (agent_is_degraded())
        rv_ctl_put_text(out, RV_CTL_TAG_NOTE,
                        "the agent shares the program's descriptors: if the program closes those "
                        "that it did not open, ask again");
    return 0;
}

static int answer_status(struct question *question, struct rv_ctl_writer *out)
{
    agent_list_updates(out, from(question));
    return 0;
}

static int answer_methods(struct question *question, struct rv_ctl_writer *out)
{
    agent_list_methods(out, from(question));
    return 0;
}

static int answer_walk(struct question *question, struct rv_ctl_writer *out)
{
    char name[4096];
    int error = rv_ctl_text(&question->fields, RV_CTL_TAG_NAME, name, sizeof(name));

    if (error)
        return error;
    snprintf(question->detail, sizeof(question->detail), "%s", name);
    return agent_list_walk(out, name, rv_ctl_number(&question->fields, RV_CTL_TAG_ID, 0),
                           question->detail, sizeof(question->detail));
}

/* How long others wait for an answer while threads move; then whoever asked is told to wait. */
#define PATIENCE_MS 10

static void take_consistency(const struct question *question, struct rv_apply_options *options)
{
    const uint64_t timeout_ms = rv_ctl_number(&question->fields, RV_CTL_TAG_TIMEOUT, 0);
    const uint64_t consistency = rv_ctl_number(&question->fields, RV_CTL_TAG_CONSISTENCY, 0);

    options->consistency = consistency < UINT32_MAX ? (uint32_t)consistency : UINT32_MAX;
    options->timeout_ms = timeout_ms < UINT32_MAX ? (uint32_t)timeout_ms : UINT32_MAX;
}

static int take_probation(const struct question *question, struct rv_apply_options *options)
{
    struct rv_ctl_field field;
    const uint64_t wanted = rv_ctl_number(&question->fields, RV_CTL_TAG_PROBATION, 0);

    if (!rv_ctl_find(&question->fields, RV_CTL_TAG_PROBATION, &field))
        return 0;
    options->probation_ms = wanted ? (uint32_t)wanted : RV_PROBATION_NONE;
    return wanted > RV_CTL_CONFIRM_MAX;
}

static struct rv_operate_terms terms_of(const struct question *question)
{
    return (struct rv_operate_terms){.asker = rv_asker_of_socket(question->socket),
                                     .patience_ms = PATIENCE_MS};
}

static int apply(struct question *question, const char *path, uint32_t *id)
{
    struct rv_apply_options options = {.size = sizeof(options),
                                       .detail = question->detail,
                                       .detail_size = sizeof(question->detail)};
    struct rv_operate_terms terms = terms_of(question);
    uint64_t confirm_ms = rv_ctl_number(&question->fields, RV_CTL_TAG_CONFIRM, 0);
    struct rv_ctl_field signature;

    if (confirm_ms > RV_CTL_CONFIRM_MAX)
        return RV_EOPTIONS;
    terms.confirm_ms = (uint32_t)confirm_ms;
    terms.note = question->note;
    terms.note_size = sizeof(question->note);
    terms.is_held = rv_ctl_number(&question->fields, RV_CTL_TAG_HOLD, 0) != 0;
    take_consistency(question, &options);
    if (take_probation(question, &options))
        return RV_EOPTIONS;
    if (rv_ctl_number(&question->fields, RV_CTL_TAG_DRY_RUN, 0))
        options.flags |= RV_APPLY_DRY_RUN;
    if (rv_ctl_number(&question->fields, RV_CTL_TAG_ONCE, 0))
        options.flags |= RV_APPLY_ONCE;
    if (rv_ctl_number(&question->fields, RV_CTL_TAG_REPLACE, 0))
        options.flags |= RV_APPLY_REPLACE;
    if (rv_ctl_find(&question->fields, RV_CTL_TAG_SIGNATURE, &signature)) {
        options.signature = signature.data;
        options.signature_size = signature.size;
    }
    rv_target_await(question->patch);
    return rv_operate_apply(question->patch, path[0] == '/' ? path : NULL, &options, &terms, id);
}

static int answer_apply(struct question *question, struct rv_ctl_writer *out)
{
    uint64_t start = rv_clock_ns();
    char path[PATH_MAX];
    uint32_t id = 0;
    int error = rv_ctl_text(&question->fields, RV_CTL_TAG_PATH, path, sizeof(path));

    if (error)
        return error;
    if (question->patch < 0)
        return RV_EPROTOCOL;
    error = apply(question, path, &id);
    if (error) {
        agent_log("%s%s: %s%s%s", error == RV_EAPPLIED ? "" : "refused ", path,
                  rv_error_text(error), question->detail[0] ? ": " : "", question->detail);
        return error;
    }
    if (id && rv_host_state(id) == RV_UPDATE_MOVING) {
        asked.id = id;
        asked.socket = question->socket;
    }
    rv_ctl_put_number(out, RV_CTL_TAG_ID, id);
    rv_ctl_put_number(out, RV_CTL_TAG_AGENT_NS, rv_clock_ns() - start);
    if (id)
        agent_put_update(out, id);
    if (question->note[0])
        rv_ctl_put_text(out, RV_CTL_TAG_NOTE, question->note);
    return 0;
}

/* Once it is through it may move again, back, but nobody is asked about that. */
static int is_moving(void)
{
    if (asked.id && rv_host_state(asked.id) != RV_UPDATE_MOVING)
        asked.id = 0;
    return asked.id != 0;
}

int agent_is_asker(int socket)
{
    return asked.socket == socket && is_moving();
}

void agent_forget_asker(void)
{
    asked.id = 0;
    serving = -1;
}

/*
 * 1 in the agent's thread if whoever asked for what is under way has closed his connection. He
 * has been told that it is not done, as when the process was stopped in the middle of it.
 */
int rv_agent_asker_has_gone(void)
{
    struct pollfd at;

    if (!rv_agent_is_self()) /* nor is what the agent knows of him for others */
        return 0;
    at = (struct pollfd){.fd = is_moving() ? asked.socket : serving};
    return poll(&at, 1, 0) > 0; /* a negative descriptor says nothing */
}

static int decide(const struct question *question, int commits)
{
    const uint64_t id = rv_ctl_number(&question->fields, RV_CTL_TAG_ID, 0);

    if (!agent_is_asker(question->socket) || asked.id != id)
        return RV_ENOUPDATE;
    asked.id = 0;
    return rv_operate_decide((uint32_t)id, commits);
}

/* As a rule it is in force by now; so nobody has to ask. */
static int answer_commit(struct question *question, struct rv_ctl_writer *out)
{
    const int error = decide(question, 1);

    if (!error) {
        rv_operate_due(); /* one that the journal cannot keep goes back, and that is to be told */
        agent_put_update(out, (uint32_t)rv_ctl_number(&question->fields, RV_CTL_TAG_ID, 0));
    }
    return error;
}

static int answer_abort(struct question *question, struct rv_ctl_writer *out)
{
    (void)out;
    return decide(question, 0);
}

void agent_forsake(int socket)
{
    const uint32_t id = asked.id;
    int error;

    if (!agent_is_asker(socket))
        return;
    asked.id = 0;
    error = rv_operate_cancel(id, RV_EASKER);
    if (error && error != RV_ENOUPDATE)
        agent_log("update %u: whoever asked for it has gone, and it goes on: %s", id,
                  rv_error_text(error));
}

/* Of which update, unless names are there already. `id` 0: all. */
static void explain_revert(struct question *question, uint32_t id)
{
    char by[64];

    if (question->detail[0])
        agent_log("update %u stays: %s", id, question->detail);
    else if (!id)
        snprintf(question->detail, sizeof(question->detail), "all");
    else if (rv_history_superseded(id, by, sizeof(by)))
        snprintf(question->detail, sizeof(question->detail), "%u was superseded %s", id, by);
    else
        snprintf(question->detail, sizeof(question->detail), "%u", id);
}

static int answer_revert(struct question *question, struct rv_ctl_writer *out)
{
    uint64_t all = rv_ctl_number(&question->fields, RV_CTL_TAG_ALL, 0);
    uint64_t id = rv_ctl_number(&question->fields, RV_CTL_TAG_ID, 0);
    struct rv_apply_options options = {.size = sizeof(options),
                                       .detail = question->detail,
                                       .detail_size = sizeof(question->detail)};
    struct rv_operate_terms terms = terms_of(question);
    uint64_t start = rv_clock_ns();
    int error;

    if (id > UINT32_MAX || (id == 0) == (all == 0))
        return RV_ENOUPDATE;
    take_consistency(question, &options);
    error = rv_operate_revert((uint32_t)id, &options, &terms);
    if (error) {
        explain_revert(question, (uint32_t)id);
        return error;
    }
    rv_ctl_put_number(out, RV_CTL_TAG_AGENT_NS, rv_clock_ns() - start);
    if (id)
        agent_put_update(out, (uint32_t)id);
    return 0;
}

static int answer_confirm(struct question *question, struct rv_ctl_writer *out)
{
    struct rv_asker asker = rv_asker_of_socket(question->socket);
    uint64_t wanted = rv_ctl_number(&question->fields, RV_CTL_TAG_ID, 0);
    int once = rv_ctl_number(&question->fields, RV_CTL_TAG_ONCE, 0) != 0;
    uint32_t id = (uint32_t)wanted;
    int error;

    if (wanted > UINT32_MAX)
        return RV_ENOCONFIRM;
    error = rv_operate_confirm(&id, once, &asker, question->detail, sizeof(question->detail));
    if (error)
        return error;
    agent_log("update %u: confirmed", id);
    rv_ctl_put_number(out, RV_CTL_TAG_ID, id);
    return 0;
}

static int answer_history(struct question *question, struct rv_ctl_writer *out)
{
    rv_history_list(out, from(question));
    return 0;
}

static int answer_log(struct question *question, struct rv_ctl_writer *out)
{
    agent_list_log(out, from(question));
    return 0;
}

static const struct {
    unsigned kind;
    int (*answer)(struct question *question, struct rv_ctl_writer *out);
} verbs[] = {
    {RV_CTL_HELLO, answer_hello},     {RV_CTL_STATUS, answer_status},
    {RV_CTL_METHODS, answer_methods}, {RV_CTL_WALK, answer_walk},
    {RV_CTL_APPLY, answer_apply},     {RV_CTL_REVERT, answer_revert},
    {RV_CTL_LOG, answer_log},         {RV_CTL_HISTORY, answer_history},
    {RV_CTL_CONFIRM, answer_confirm}, {RV_CTL_COMMIT, answer_commit},
    {RV_CTL_ABORT, answer_abort},
};

static int answer_verb(unsigned kind, struct question *question, struct rv_ctl_writer *out)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (verbs[i].kind == kind)
            return verbs[i].answer(question, out);
    return RV_EPROTOCOL;
}

size_t agent_refusal(int error, const char *detail, uint32_t serial, void *answer)
{
    struct rv_ctl_writer out;
    char text[1536];
    size_t size;

    snprintf(text, sizeof(text), detail && *detail ? "%s: %s" : "%s", rv_error_text(error), detail);
    rv_ctl_begin(&out, answer, RV_CTL_FRAME_MAX, RV_CTL_ERROR, serial);
    rv_ctl_put_number(&out, RV_CTL_TAG_CODE, (uint64_t)-error);
    rv_ctl_put_text(&out, RV_CTL_TAG_TEXT, text);
    return rv_ctl_end(&out, &size) ? 0 : size;
}

size_t agent_answer(const void *packet, size_t size, int patch, int socket, void *answer)
{
    struct question question = {.patch = patch, .socket = socket};
    struct rv_ctl_frame frame = {0};
    struct rv_ctl_writer out;
    int error = rv_ctl_decode(packet, size, &frame);

    question.fields = frame.fields;
    serving = socket;
    rv_ctl_begin(&out, answer, RV_CTL_FRAME_MAX, RV_CTL_ANSWER, frame.serial);
    if (!error)
        error = answer_verb(frame.kind, &question, &out);
    if (!error)
        error = rv_ctl_end(&out, &size);
    serving = -1;
    return error ? agent_refusal(error, question.detail, frame.serial, answer) : size;
}
