/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.c - see stats.h.
 */
#include "stats.h"

#include "errors.h"

void stats_init(struct stats *stats)
{
    *stats = (struct stats){.lock = PTHREAD_MUTEX_INITIALIZER};
    clock_gettime(CLOCK_MONOTONIC, &stats->started);
}

void stats_requests(struct stats *stats, uint64_t requests, uint64_t errors)
{
    pthread_mutex_lock(&stats->lock);
    stats->requests += requests;
    stats->errors += errors;
    pthread_mutex_unlock(&stats->lock);
}

int stats_connect(struct stats *stats, uint64_t most)
{
    int result = KV_E_CLIENTS;

    pthread_mutex_lock(&stats->lock);
    if (stats->clients < most) {
        stats->clients++;
        stats->accepted++;
        result = 0;
    }
    pthread_mutex_unlock(&stats->lock);
    return result;
}

void stats_disconnect(struct stats *stats)
{
    pthread_mutex_lock(&stats->lock);
    stats->clients--;
    pthread_mutex_unlock(&stats->lock);
}

struct stats_view stats_read(struct stats *stats)
{
    struct stats_view view;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    pthread_mutex_lock(&stats->lock);
    view = (struct stats_view){
        .seconds = (double)(now.tv_sec - stats->started.tv_sec) +
                   (double)(now.tv_nsec - stats->started.tv_nsec) / 1e9,
        .requests = stats->requests,
        .errors = stats->errors,
        .accepted = stats->accepted,
        .clients = stats->clients,
    };
    pthread_mutex_unlock(&stats->lock);
    return view;
}
