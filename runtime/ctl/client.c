/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.c - one question, one answer; see client.h.
 */
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "control/clock.h"
#include "control/turns.h"

#define LOOK_MS    100 /* how often a silent process is looked at */
#define STOPPED_MS 300 /* somebody may stop it for a moment, and look at it */

int rv_client_open(int pid, unsigned timeout_ms, struct rv_client **client,
                   struct rv_reason *reason)
{
    struct rv_client *made = malloc(sizeof(*made));
    int error;

    if (!made)
        return RV_ENOMEM;
    made->pid = pid;
    made->serial = 0;
    rv_ctl_short_turns();
    made->timeout_ms = timeout_ms;
    error = rv_agent_connect(pid, timeout_ms, &made->fd, reason);
    if (error) {
        free(made);
        return error;
    }
    *client = made;
    return 0;
}

int rv_client_of_target(struct rv_command *command, struct rv_client **client)
{
    int pid, error = rv_process_find(command->args.operands[0], &pid, &command->reason);

    return error ? error : rv_client_open(pid, RV_CLIENT_TIMEOUT_MS, client, &command->reason);
}

void rv_client_close(struct rv_client *client)
{
    if (!client)
        return;
    close(client->fd);
    free(client);
}

struct rv_ctl_writer *rv_client_begin(struct rv_client *client, enum rv_ctl_kind kind)
{
    rv_ctl_begin(&client->question, client->out, sizeof(client->out), kind, ++client->serial);
    return &client->question;
}

void rv_client_begin_revert(struct rv_client *client, uint64_t id,
                            const struct rv_apply_request *request)
{
    struct rv_ctl_writer *question = rv_client_begin(client, RV_CTL_REVERT);

    rv_ctl_put_number(question, RV_CTL_TAG_ID, id);
    rv_ctl_put_number(question, RV_CTL_TAG_CONSISTENCY, request->consistency);
    rv_ctl_put_number(question, RV_CTL_TAG_TIMEOUT, request->timeout_ms);
}

void rv_client_nap(unsigned *us, unsigned longest)
{
    struct timespec time = {.tv_nsec = (long)*us * 1000};

    nanosleep(&time, NULL);
    *us = *us * 2 < longest ? *us * 2 : longest;
}

/* 0, or -1 with errno. */
static int send_packet(struct rv_client *client, size_t size, int fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {client->out, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        control.align = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
        memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
    }
    return sendmsg(client->fd, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/*
 * A refusal may lie in our queue although the agent has closed its end already;
 * then the first attempts only report that end.
 */
static ssize_t receive_packet(struct rv_client *client)
{
    ssize_t size = recv(client->fd, client->in, sizeof(client->in), 0);

    if (size < 0 && (errno == ECONNRESET || errno == EINTR))
        size = recv(client->fd, client->in, sizeof(client->in), 0);
    return size;
}

static int late(const struct rv_client *client, struct rv_reason *reason)
{
    char shortage[RV_SHORTAGE_TEXT];

    rv_process_shortage(client->pid, shortage);
    return rv_because(reason, RV_ETIMEOUT, "process %d took more than %u ms%s", client->pid,
                      client->timeout_ms, shortage);
}

static int io_error(const struct rv_client *client, ssize_t size, struct rv_reason *reason)
{
    const int cause = errno;
    char shortage[RV_SHORTAGE_TEXT];

    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return late(client, reason);
    if (!rv_process_exists(client->pid))
        return rv_because(reason, RV_ECLOSED, "process %d has ended", client->pid);
    rv_process_shortage(client->pid, shortage);
    return rv_because(reason, RV_ECLOSED, "process %d%s%s%s", client->pid, size < 0 ? ": " : "",
                      size < 0 ? strerror(cause) : "", shortage);
}

/* The agent's own error and sentence. */
static int refusal(const struct rv_ctl_reader *fields, struct rv_reason *reason)
{
    uint64_t code = rv_ctl_number(fields, RV_CTL_TAG_CODE, 0);

    if (rv_ctl_text(fields, RV_CTL_TAG_TEXT, reason->text, sizeof(reason->text)))
        reason->text[0] = 0;
    return code && code < 100000 ? -(int)code : RV_EPROTOCOL;
}

int rv_client_send(struct rv_client *client, int fd, struct rv_reason *reason)
{
    size_t size;
    int error = rv_ctl_end(&client->question, &size);

    if (error)
        return error;
    if (send_packet(client, size, fd) && errno != EPIPE && errno != ECONNRESET)
        return io_error(client, -1, reason);
    return 0;
}

static int is_there(const struct rv_client *client, uint64_t wait_ms)
{
    struct pollfd wanted = {.fd = client->fd, .events = POLLIN};

    return poll(&wanted, 1, (int)wait_ms) > 0;
}

/* 0: something has come. RV_ESTOPPED; RV_ETIMEOUT. */
static int await_packet(const struct rv_client *client, struct rv_reason *reason)
{
    const uint64_t last = rv_clock_ms() + client->timeout_ms;
    uint64_t runs = rv_clock_ms(), now; /* when it was last seen to run */

    while (!is_there(client, LOOK_MS)) {
        now = rv_clock_ms();
        if (!rv_process_is_stopped(client->pid))
            runs = now;
        else if (now - runs >= STOPPED_MS)
            return rv_because(reason, RV_ESTOPPED,
                              "process %d; what was asked is not done when it goes on",
                              client->pid);
        if (now >= last)
            return late(client, reason);
    }
    return 0;
}

int rv_client_receive(struct rv_client *client, struct rv_ctl_reader *answer,
                      struct rv_reason *reason)
{
    int error = await_packet(client, reason);
    struct rv_ctl_frame frame;
    ssize_t received;

    if (error)
        return error;
    received = receive_packet(client);
    if (received <= 0)
        return io_error(client, received, reason);
    error = rv_ctl_decode(client->in, (size_t)received, &frame);
    if (error)
        return error;
    if (frame.kind == RV_CTL_ERROR)
        return refusal(&frame.fields, reason);
    if (frame.kind != RV_CTL_ANSWER || frame.serial != client->serial)
        return RV_EPROTOCOL;
    *answer = frame.fields;
    return 0;
}

int rv_client_ask(struct rv_client *client, int fd, struct rv_ctl_reader *answer,
                  struct rv_reason *reason)
{
    int error = rv_client_send(client, fd, reason);

    return error ? error : rv_client_receive(client, answer, reason);
}

struct update_tour {
    int (*visit)(const struct rv_ctl_reader *update, void *context);
    void *context;
};

static int visit_updates(const struct rv_ctl_reader *answer, void *context)
{
    const struct update_tour *tour = context;
    struct rv_ctl_reader fields = *answer, update;
    struct rv_ctl_field field;
    int result = 0;

    while (!result && rv_ctl_next(&fields, &field)) {
        if (field.tag != RV_CTL_TAG_UPDATE)
            continue;
        update = rv_ctl_inside(&field);
        result = tour->visit(&update, tour->context);
    }
    return result;
}

int rv_client_updates(struct rv_client *client,
                      int (*visit)(const struct rv_ctl_reader *update, void *context),
                      void *context, struct rv_reason *reason)
{
    struct update_tour tour = {visit, context};

    return rv_client_pages(client, RV_CTL_STATUS, visit_updates, &tour, reason);
}

int rv_client_pages(struct rv_client *client, enum rv_ctl_kind kind,
                    int (*page)(const struct rv_ctl_reader *answer, void *context), void *context,
                    struct rv_reason *reason)
{
    struct rv_ctl_field next = {.number = 0};
    struct rv_ctl_reader answer;
    int error;

    do {
        rv_ctl_put_number(rv_client_begin(client, kind), RV_CTL_TAG_FROM, next.number);
        error = rv_client_ask(client, -1, &answer, reason);
        if (!error)
            error = page(&answer, context);
    } while (!error && rv_ctl_find(&answer, RV_CTL_TAG_NEXT, &next));
    return error;
}
