/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection.h - one client: bytes in, requests run, bytes out.
 *
 * A connection is used by one thread at a time: the acceptor until it has
 * handed it to a worker, then that worker.
 */
#ifndef KV_CONNECTION_H
#define KV_CONNECTION_H

#include "buffer.h"
#include "stats.h"
#include "store.h"

enum connection_state {
    CONNECTION_OPEN,    /* waits for requests */
    CONNECTION_BLOCKED, /* waits for the client to read its replies */
    CONNECTION_DONE,    /* to be destroyed */
};

struct connection {
    struct connection *next, **link; /* list of its worker */
    int fd;
    bool closing;                /* no more requests: close when all replies are out */
    enum connection_state state; /* as the last turn left it */
    struct buffer in, out;
};

/* Takes over `fd`, a non-blocking socket; null: out of memory, `fd` stays the caller's. */
struct connection *connection_create(int fd);
void connection_destroy(struct connection *connection);

/* One turn: reads once, runs what has arrived whole, sends what the socket takes. Never blocks. */
enum connection_state connection_serve(struct connection *connection, struct store *store,
                                       struct stats *stats);

#endif
