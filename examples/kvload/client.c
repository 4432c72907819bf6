/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.c - see client.h.
 *
 * With a rate, latency counts from when a request was due, not from when it
 * could be sent: a server that stands still for a while is not excused from the
 * requests that it kept from being sent.
 */
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_SECONDS = 5, SECOND = 1000000000 };

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

static void sleep_until(uint64_t when)
{
    struct timespec time = {(time_t)(when / SECOND), (long)(when % SECOND)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
        ;
}

static bool send_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* Reads one line into client->in, without its end; false: none came. */
static bool read_answer(struct client *client)
{
    client->in_size = 0;
    for (;;) {
        ssize_t size =
            recv(client->fd, client->in + client->in_size, sizeof(client->in) - client->in_size, 0);

        if (size <= 0)
            return false;
        client->in_size += (size_t)size;
        if (client->in[client->in_size - 1] == '\n')
            break;
        if (client->in_size == sizeof(client->in))
            return false;
    }
    client->in[client->in_size - 1] = '\0';
    return true;
}

static void note_turn(struct client *client, enum verdict verdict)
{
    if (verdict != VERDICT_WRAPPED && verdict != VERDICT_REFUSED)
        return;
    client->tally.turns += client->last_limit != VERDICT_RIGHT && client->last_limit != verdict;
    client->last_limit = verdict;
}

static void note_failure(struct client *client, const char *request, const char *answer)
{
    if (!*client->tally.failure)
        snprintf(client->tally.failure, sizeof(client->tally.failure),
                 "%.*s: expected %.80s, got %.80s", (int)strcspn(request, "\n"), request,
                 client->model.expected, answer);
}

/* Accounts for one request; false: it was the last one. */
static bool account(struct client *client, const char *request, bool answered, uint64_t since)
{
    enum verdict verdict = answered ? model_judge(&client->model, client->in) : VERDICT_WRONG;
    bool stop;

    pthread_mutex_lock(&client->lock);
    note_turn(client, verdict);
    if (verdict == VERDICT_WRONG)
        note_failure(client, request, answered ? client->in : "nothing: the connection is lost");
    tally_verdict(&client->tally, verdict, now() - since);
    stop = client->stop || !answered;
    pthread_mutex_unlock(&client->lock);
    return !stop;
}

static void *load(void *argument)
{
    struct client *client = argument;
    uint64_t due = now();
    char request[MODEL_LINE_MAX];
    bool answered;

    prctl(PR_SET_TIMERSLACK, 1);
    do {
        size_t size = model_next(&client->model, request);

        if (client->period)
            sleep_until(due += client->period);
        else
            due = now();
        answered = send_all(client->fd, request, size) && read_answer(client);
    } while (account(client, request, answered, due));
    return NULL;
}

static int connect_to(const struct sockaddr_in *server)
{
    struct timeval patience = {.tv_sec = ANSWER_SECONDS};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;

    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(fd, (const struct sockaddr *)server, sizeof(*server)) != 0) {
        int error = -errno;

        close(fd);
        return error;
    }
    return fd;
}

int client_start(struct client *client, unsigned number, const struct sockaddr_in *server,
                 uint64_t period, uint64_t seed)
{
    int error;

    *client = (struct client){.period = period};
    model_init(&client->model, number, seed);
    pthread_mutex_init(&client->lock, NULL);
    client->fd = connect_to(server);
    if (client->fd < 0)
        return client->fd;
    error = -pthread_create(&client->thread, NULL, load, client);
    if (error)
        close(client->fd);
    return error;
}

void client_collect(struct client *client, struct tally *into)
{
    pthread_mutex_lock(&client->lock);
    tally_merge(into, &client->tally);
    memset(&client->tally, 0, sizeof(client->tally));
    pthread_mutex_unlock(&client->lock);
}

void client_stop(struct client *client)
{
    pthread_mutex_lock(&client->lock);
    client->stop = true;
    pthread_mutex_unlock(&client->lock);
    pthread_join(client->thread, NULL);
    close(client->fd);
}
