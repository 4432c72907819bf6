/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.c - see command.h: finds the command, splits the arguments, tells errors.
 */
#include "command.h"

#include <inttypes.h>
#include <strings.h>

#include "errors.h"
#include "number.h"

/* ---- general ---- */

static int ping(struct request *request)
{
    buffer_printf(request->out, "+PONG\n");
    return 0;
}

static int quit(struct request *request)
{
    request->quit = true;
    buffer_printf(request->out, "+BYE\n");
    return 0;
}

static int stats(struct request *request)
{
    struct stats_view view = stats_read(request->stats);
    size_t keys, bytes;

    store_usage(request->store, &keys, &bytes);
    buffer_printf(request->out,
                  "+keys=%zu bytes=%zu clients=%" PRIu64 " accepted=%" PRIu64 " requests=%" PRIu64
                  " errors=%" PRIu64 " seconds=%.0f\n",
                  keys, bytes, view.clients, view.accepted, view.requests, view.errors,
                  view.seconds);
    return 0;
}

/* ---- on values ---- */

static int reply_number(struct request *request, int error, int64_t number)
{
    if (!error)
        buffer_printf(request->out, ":%" PRId64 "\n", number);
    return error;
}

static int reply_ok(struct request *request, int error)
{
    if (!error)
        buffer_printf(request->out, "+OK\n");
    return error;
}

static int get(struct request *request)
{
    size_t before = buffer_bytes(request->out).size;
    int error;

    buffer_printf(request->out, "$");
    error = store_get(request->store, request->arguments[0], request->out);
    if (error)
        buffer_cut(request->out, before);
    else
        buffer_printf(request->out, "\n");
    return error;
}

static int set(struct request *request)
{
    return reply_ok(request,
                    store_set(request->store, request->arguments[0], request->arguments[1]));
}

static int append(struct request *request)
{
    size_t length;
    int error = store_append(request->store, request->arguments[0], request->arguments[1], &length);

    return reply_number(request, error, (int64_t)length);
}

static int len(struct request *request)
{
    size_t length;
    int error = store_length(request->store, request->arguments[0], &length);

    return reply_number(request, error, (int64_t)length);
}

static int del(struct request *request)
{
    return reply_ok(request, store_delete(request->store, request->arguments[0]));
}

static int expire(struct request *request)
{
    int64_t seconds;
    int error = number_parse(request->arguments[1], &seconds);

    if (!error)
        error = store_expire(request->store, request->arguments[0], seconds);
    return reply_ok(request, error);
}

static int ttl(struct request *request)
{
    int64_t seconds;
    int error = store_ttl(request->store, request->arguments[0], &seconds);

    return reply_number(request, error, seconds);
}

/* ---- dispatch ---- */

static const struct command {
    const char *name;
    size_t least, most; /* arguments */
    bool rest;          /* the last argument takes the rest of the line */
    command_function *run;
} commands[] = {
    {"GET", 1, 1, false, get},           {"SET", 2, 2, true, set},
    {"INCR", 1, 2, false, command_incr}, {"DECR", 1, 2, false, command_decr},
    {"APPEND", 2, 2, true, append},      {"LEN", 1, 1, false, len},
    {"DEL", 1, 1, false, del},           {"EXPIRE", 2, 2, false, expire},
    {"TTL", 1, 1, false, ttl},           {"STATS", 0, 0, false, stats},
    {"PING", 0, 0, false, ping},         {"QUIT", 0, 0, false, quit},
};

static const struct command *find(struct slice name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strlen(commands[i].name) == name.size &&
            strncasecmp(commands[i].name, name.data, name.size) == 0)
            return &commands[i];
    return NULL;
}

/* Cuts the first word off *line, and the one space behind it. */
static struct slice cut_word(struct slice *line)
{
    const char *space = line->size ? memchr(line->data, ' ', line->size) : NULL;
    size_t size = space ? (size_t)(space - line->data) : line->size;
    size_t taken = space ? size + 1 : size;
    struct slice word = {line->data, size};

    line->data += taken;
    line->size -= taken;
    return word;
}

static int split(struct request *request, const struct command *command, struct slice line)
{
    request->count = 0;
    while (line.size) {
        struct slice *argument;

        if (request->count == command->most)
            return KV_E_ARGUMENTS;
        argument = &request->arguments[request->count++];
        if (command->rest && request->count == command->most) {
            *argument = line;
            break;
        }
        *argument = cut_word(&line);
    }
    return request->count >= command->least ? 0 : KV_E_ARGUMENTS;
}

static int run(struct request *request, struct slice line)
{
    const struct command *command = find(cut_word(&line));
    int error = command ? split(request, command, line) : KV_E_COMMAND;

    return error ? error : command->run(request);
}

int command_run(struct request *request, struct slice line)
{
    int error = run(request, line);

    if (error == KV_E_ABSENT) {
        buffer_printf(request->out, "_\n");
        return 0;
    }
    if (error)
        buffer_printf(request->out, "-ERR %s\n", kv_error_text(error));
    return error;
}
