/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.h - the server as a whole: listens, deals connections out to workers, ends in order.
 */
#ifndef KV_SERVER_H
#define KV_SERVER_H

#include <stddef.h>

struct server_options {
    const char *address; /* IPv4 */
    unsigned port;       /* 0: any free one */
    unsigned threads;
    unsigned clients; /* at most */
    size_t memory;    /* bytes of keys and values */
};

/*
 * Serves until SIGINT or SIGTERM. Prints "listening on ADDRESS:PORT" once it
 * does, and a line of totals at the end. Returns the exit status.
 */
int server_run(const struct server_options *options);

#endif
