/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.c - see server.h. Its own thread accepts, and sweeps the store once a second.
 */
#define _GNU_SOURCE
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "errors.h"
#include "loop.h"
#include "worker.h"

enum { SWEEP_MS = 1000 };

struct server {
    const struct server_options *options;
    int listener;
    int signals; /* signalfd of SIGINT and SIGTERM */
    int stop;    /* eventfd that ends the workers */
    struct store *store;
    struct stats stats;
    struct worker *workers;
    unsigned started; /* workers */
    unsigned next;    /* worker that gets the next connection */
};

static int fail(const char *what)
{
    int error = -errno;

    fprintf(stderr, "kvserver: %s: %s\n", what, strerror(errno));
    return error;
}

/* ---- start ---- */

/* In the first thread, before the others inherit the mask. */
static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static void say_address(int listener)
{
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    char text[INET_ADDRSTRLEN];

    getsockname(listener, (struct sockaddr *)&address, &size);
    inet_ntop(AF_INET, &address.sin_addr, text, sizeof(text));
    printf("listening on %s:%u\n", text, ntohs(address.sin_port));
    fflush(stdout);
}

static int open_listener(const struct server_options *options)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options->port)};
    int one = 1;
    int fd;

    if (inet_pton(AF_INET, options->address, &address.sin_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    close(fd);
    return -1;
}

static int start_workers(struct server *server)
{
    server->workers = calloc(server->options->threads, sizeof(*server->workers));
    if (!server->workers)
        return -ENOMEM;
    for (; server->started < server->options->threads; server->started++) {
        int error = worker_start(&server->workers[server->started], server->stop, server->store,
                                 &server->stats);

        if (error)
            return error;
    }
    return 0;
}

static int start(struct server *server)
{
    stats_init(&server->stats);
    server->listener = server->signals = server->stop = -1;
    server->store = store_create(server->options->memory);
    if (!server->store)
        return fail("store");
    server->signals = open_signals();
    server->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->signals < 0 || server->stop < 0)
        return fail("signalfd or eventfd");
    server->listener = open_listener(server->options);
    if (server->listener < 0)
        return fail(server->options->address);
    errno = -start_workers(server);
    return errno ? fail("workers") : 0;
}

/* ---- run ---- */

static void refuse(int fd, int error)
{
    dprintf(fd, "-ERR %s\n", kv_error_text(error));
    close(fd);
}

static void admit(struct server *server, int fd)
{
    struct worker *worker = &server->workers[server->next++ % server->started];
    struct connection *connection;
    int one = 1;

    if (stats_connect(&server->stats, server->options->clients) != 0) {
        refuse(fd, KV_E_CLIENTS);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    connection = connection_create(fd);
    if (connection && worker_take(worker, connection) == 0)
        return;
    if (connection)
        connection_destroy(connection);
    else
        refuse(fd, KV_E_MEMORY);
    stats_disconnect(&server->stats);
}

static void accept_all(struct server *server)
{
    for (;;) {
        int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0)
            admit(server, fd);
        else if (errno != EINTR && errno != ECONNABORTED)
            return; /* none left; or none to be had now, and poll() asks again */
    }
}

static void accept_until_signal(struct server *server)
{
    struct pollfd wait[] = {{.fd = server->listener, .events = POLLIN},
                            {.fd = server->signals, .events = POLLIN}};

    LOOP while (!wait[1].revents)
    {
        if (poll(wait, 2, SWEEP_MS) > 0 && wait[0].revents)
            accept_all(server);
        store_sweep(server->store);
    }
}

/* ---- end ---- */

static void stop(struct server *server)
{
    struct stats_view view;

    if (server->listener >= 0)
        close(server->listener);
    if (server->stop >= 0)
        eventfd_write(server->stop, 1);
    while (server->started)
        worker_join(&server->workers[--server->started]);
    view = stats_read(&server->stats);
    printf("served %" PRIu64 " requests on %" PRIu64 " connections in %.1f s\n", view.requests,
           view.accepted, view.seconds);
    free(server->workers);
    store_destroy(server->store);
    if (server->stop >= 0)
        close(server->stop);
    if (server->signals >= 0)
        close(server->signals);
}

int server_run(const struct server_options *options)
{
    struct server server = {.options = options};
    int error = start(&server);

    if (!error) {
        say_address(server.listener);
        accept_until_signal(&server);
    }
    stop(&server);
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
