/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker.h - a thread that serves the connections it was given.
 *
 * The acceptor hands connections over; nobody takes one away again. Each
 * worker waits in an epoll of its own, so workers share only store and stats.
 */
#ifndef KV_WORKER_H
#define KV_WORKER_H

#include <pthread.h>

#include "connection.h"

struct worker {
    pthread_t thread;
    int epoll;
    int stop; /* eventfd, becomes readable when the worker is to end */
    struct store *store;
    struct stats *stats;
    pthread_mutex_t lock; /* protects the list */
    struct connection *connections;
};

/* Starts the thread; it ends when eventfd `stop` is readable. 0 or a negative errno. */
int worker_start(struct worker *worker, int stop, struct store *store, struct stats *stats);

/* Waits for the thread and closes its connections; after `stop` has been made readable. */
void worker_join(struct worker *worker);

/* Gives a connection to the worker; from the acceptor. 0, or a negative errno: still the caller's.
 */
int worker_take(struct worker *worker, struct connection *connection);

#endif
