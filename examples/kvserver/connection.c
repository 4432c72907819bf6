/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection.c - see connection.h.
 */
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command.h"
#include "errors.h"

enum {
    READ_SIZE = 16384,
    LINE_MAX_SIZE = STORE_KEY_MAX + STORE_VALUE_MAX + 64, /* a command, its arguments, some air */
    OUT_MAX = 1 << 20, /* replies that wait for the client before we stop serving it */
};

struct connection *connection_create(int fd)
{
    struct connection *connection = calloc(1, sizeof(*connection));

    if (connection)
        connection->fd = fd;
    return connection;
}

void connection_destroy(struct connection *connection)
{
    close(connection->fd);
    buffer_free(&connection->in);
    buffer_free(&connection->out);
    free(connection);
}

/* Sends what the socket takes. */
static enum connection_state flush(struct connection *connection)
{
    struct slice bytes = buffer_bytes(&connection->out);

    while (bytes.size) {
        ssize_t sent = send(connection->fd, bytes.data, bytes.size, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN ? CONNECTION_BLOCKED : CONNECTION_DONE;
        buffer_take(&connection->out, (size_t)sent);
        bytes = buffer_bytes(&connection->out);
    }
    return connection->closing || connection->out.failed ? CONNECTION_DONE : CONNECTION_OPEN;
}

/* Takes one line without its end off the input; false: there is no whole one. */
static bool next_line(struct connection *connection, struct slice *line, size_t *taken)
{
    struct slice bytes = buffer_bytes(&connection->in);
    const char *end = bytes.size ? memchr(bytes.data, '\n', bytes.size) : NULL;

    if (!end)
        return false;
    *line = (struct slice){bytes.data, (size_t)(end - bytes.data)};
    *taken = line->size + 1;
    if (line->size && line->data[line->size - 1] == '\r')
        line->size--;
    return true;
}

static void refuse_long_line(struct connection *connection)
{
    buffer_printf(&connection->out, "-ERR %s\n", kv_error_text(KV_E_LINE));
    connection->closing = true;
}

/* Runs the requests that have arrived whole; true: stopped early, for the replies to go first. */
static bool run_requests(struct connection *connection, struct store *store, struct stats *stats)
{
    struct request request = {.store = store, .stats = stats, .out = &connection->out};
    uint64_t requests = 0, errors = 0;
    struct slice line;
    size_t taken;

    while (!request.quit && next_line(connection, &line, &taken)) {
        if (buffer_bytes(&connection->out).size >= OUT_MAX)
            break;
        requests++;
        errors += command_run(&request, line) != 0;
        buffer_take(&connection->in, taken);
    }
    if (requests)
        stats_requests(stats, requests, errors);
    connection->closing = request.quit;
    if (connection->closing || next_line(connection, &line, &taken))
        return !connection->closing;
    if (buffer_bytes(&connection->in).size > LINE_MAX_SIZE)
        refuse_long_line(connection);
    return false;
}

/* False: the client has gone, or there is no memory for what it says. */
static bool read_once(struct connection *connection)
{
    char *room = buffer_room(&connection->in, READ_SIZE);
    ssize_t size;

    if (!room)
        return false;
    size = recv(connection->fd, room, READ_SIZE, 0);
    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    buffer_claim(&connection->in, (size_t)size);
    return size != 0;
}

enum connection_state connection_serve(struct connection *connection, struct store *store,
                                       struct stats *stats)
{
    enum connection_state state = connection->state;
    bool more;

    if (state == CONNECTION_OPEN && !read_once(connection))
        return CONNECTION_DONE;
    do {
        more = run_requests(connection, store, stats);
        state = flush(connection);
    } while (more && state == CONNECTION_OPEN);
    return state;
}
