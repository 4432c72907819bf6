/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.h - one request line in, one reply line out. No I/O here.
 *
 *   request   COMMAND [ARGUMENT...]        one space between; the last argument of SET and
 *                                          APPEND is the rest of the line
 *   reply     +text   done                 :number   a number
 *             $value  a value              _         no such key
 *             -ERR sentence
 *
 * The commands themselves are spread by topic: general and on values in
 * command.c, on numbers in counter.c.
 */
#ifndef KV_COMMAND_H
#define KV_COMMAND_H

#include "buffer.h"
#include "stats.h"
#include "store.h"

enum { COMMAND_ARGUMENTS_MAX = 3 };

struct request {
    struct store *store;
    struct stats *stats;
    struct buffer *out;
    struct slice arguments[COMMAND_ARGUMENTS_MAX];
    size_t count;
    bool quit; /* set by a command: close after this reply */
};

/*
 * Runs the command in `line` (without its line end) and adds the reply to
 * request->out. 0, or the error that the reply tells.
 */
int command_run(struct request *request, struct slice line);

/* A command adds its reply and returns 0, or adds nothing and returns an error. */
typedef int command_function(struct request *request);

/* counter.c */
command_function command_incr;
command_function command_decr;

#endif
