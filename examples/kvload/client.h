/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.h - one connection and the thread that loads it: one request at a time, each answer
 * judged.
 */
#ifndef KVLOAD_CLIENT_H
#define KVLOAD_CLIENT_H

#include <netinet/in.h>
#include <pthread.h>

#include "tally.h"

struct client {
    pthread_t thread;
    int fd;
    uint64_t period; /* nanoseconds from request to request; 0: as fast as the answers come */
    struct model model;
    enum verdict last_limit; /* VERDICT_RIGHT: not asked yet */
    char in[MODEL_LINE_MAX]; /* part of an answer */
    size_t in_size;

    pthread_mutex_t lock; /* protects what follows; main thread and this client's */
    struct tally tally;
    bool stop;
};

/* Connects and starts the thread. 0 or a negative errno. */
int client_start(struct client *client, unsigned number, const struct sockaddr_in *server,
                 uint64_t period, uint64_t seed);

/* Adds what happened since the last call to *into. */
void client_collect(struct client *client, struct tally *into);

/* Ends the thread after its present request and closes the connection. */
void client_stop(struct client *client);

#endif
