/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.h - what the server counts. One per process; any thread, one lock.
 *
 * Workers add what they did once per batch of requests, so the lock is cold.
 */
#ifndef KV_STATS_H
#define KV_STATS_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

struct stats {
    pthread_mutex_t lock;
    struct timespec started;
    uint64_t requests;
    uint64_t errors;
    uint64_t accepted; /* connections ever */
    uint64_t clients;  /* connections now */
};

struct stats_view {
    double seconds; /* since the start */
    uint64_t requests, errors, accepted, clients;
};

void stats_init(struct stats *stats);
void stats_requests(struct stats *stats, uint64_t requests, uint64_t errors);

/* Counts a connection in, if there are fewer than `most`; 0 or KV_E_CLIENTS. */
int stats_connect(struct stats *stats, uint64_t most);
void stats_disconnect(struct stats *stats);

struct stats_view stats_read(struct stats *stats);

#endif
