/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker.c - see worker.h.
 *
 * A turn of a connection reads once, so that no client keeps a worker from the
 * others. While a client doesn't read its replies, we wait only until it does.
 */
#define _GNU_SOURCE
#include "worker.h"
#include "loop.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS = 64 };

static void enlist(struct worker *worker, struct connection *connection)
{
    pthread_mutex_lock(&worker->lock);
    connection->next = worker->connections;
    connection->link = &worker->connections;
    if (connection->next)
        connection->next->link = &connection->next;
    worker->connections = connection;
    pthread_mutex_unlock(&worker->lock);
}

static void delist(struct worker *worker, struct connection *connection)
{
    pthread_mutex_lock(&worker->lock);
    *connection->link = connection->next;
    if (connection->next)
        connection->next->link = connection->link;
    pthread_mutex_unlock(&worker->lock);
}

static void end(struct worker *worker, struct connection *connection)
{
    delist(worker, connection);
    connection_destroy(connection);
    stats_disconnect(worker->stats);
}

static int watch(struct worker *worker, int operation, struct connection *connection,
                 enum connection_state state)
{
    struct epoll_event event = {.events = state == CONNECTION_BLOCKED ? EPOLLOUT : EPOLLIN,
                                .data.ptr = connection};

    connection->state = state;
    return epoll_ctl(worker->epoll, operation, connection->fd, &event) == 0 ? 0 : -errno;
}

static void turn(struct worker *worker, struct connection *connection)
{
    enum connection_state state = connection_serve(connection, worker->store, worker->stats);

    if (state == CONNECTION_DONE)
        end(worker, connection);
    else if (state != connection->state && watch(worker, EPOLL_CTL_MOD, connection, state) != 0)
        end(worker, connection);
}

static void *serve(void *argument)
{
    struct worker *worker = argument;
    struct epoll_event events[EVENTS];

    LOOP for (;;)
    {
        int count = epoll_wait(worker->epoll, events, EVENTS, -1);

        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;

            if (!connection)
                return NULL; /* `stop` */
            turn(worker, connection);
        }
    }
}

static int watch_stop(struct worker *worker)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

    return epoll_ctl(worker->epoll, EPOLL_CTL_ADD, worker->stop, &event) == 0 ? 0 : -errno;
}

int worker_start(struct worker *worker, int stop, struct store *store, struct stats *stats)
{
    int error;

    *worker = (struct worker){.stop = stop, .store = store, .stats = stats};
    pthread_mutex_init(&worker->lock, NULL);
    worker->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (worker->epoll < 0)
        return -errno;
    error = watch_stop(worker);
    if (!error)
        error = -pthread_create(&worker->thread, NULL, serve, worker);
    if (error)
        close(worker->epoll);
    return error;
}

void worker_join(struct worker *worker)
{
    pthread_join(worker->thread, NULL);
    while (worker->connections)
        end(worker, worker->connections);
    close(worker->epoll);
    pthread_mutex_destroy(&worker->lock);
}

int worker_take(struct worker *worker, struct connection *connection)
{
    int error;

    /* First into the list: from watch() on the worker may already be ending it. */
    enlist(worker, connection);
    error = watch(worker, EPOLL_CTL_ADD, connection, CONNECTION_OPEN);
    if (error)
        delist(worker, connection);
    return error;
}
