/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - options of the key-value server.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "errors.h"
#include "number.h"
#include "server.h"

enum { EXIT_USAGE = 2 };

static const char usage[] =
    "usage: kvserver [OPTION]...\n"
    "A key-value server. One request a line: GET KEY, SET KEY VALUE,\n"
    "APPEND KEY VALUE, LEN KEY, INCR KEY [STEP], DECR KEY [STEP], DEL KEY,\n"
    "EXPIRE KEY SECONDS, TTL KEY, STATS, PING, QUIT.\n\n"
    "  -a, --address IP   listen on this IPv4 address (127.0.0.1)\n"
    "  -p, --port N       and this port (7400; 0: any free one)\n"
    "  -t, --threads N    serve with so many threads (4)\n"
    "  -c, --clients N    at most so many connections (1000)\n"
    "  -m, --memory MB    at most so much in keys and values (256)\n"
    "  -h, --help         show this\n";

static const struct option options[] = {
    {"address", required_argument, NULL, 'a'},
    {"port", required_argument, NULL, 'p'},
    {"threads", required_argument, NULL, 't'},
    {"clients", required_argument, NULL, 'c'},
    {"memory", required_argument, NULL, 'm'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* The argument of an option as a number from `least` to `most`; ends the program if it is none. */
static unsigned number_option(char option, int64_t least, int64_t most)
{
    int64_t number;

    if (number_parse((struct slice){optarg, strlen(optarg)}, &number) != 0 || number < least ||
        number > most) {
        fprintf(stderr, "kvserver: -%c takes a number from %lld to %lld\n", option,
                (long long)least, (long long)most);
        exit(EXIT_USAGE);
    }
    return (unsigned)number;
}

static void set_option(struct server_options *server, int option)
{
    switch (option) {
    case 'a':
        server->address = optarg;
        break;
    case 'p':
        server->port = number_option('p', 0, 65535);
        break;
    case 't':
        server->threads = number_option('t', 1, 256);
        break;
    case 'c':
        server->clients = number_option('c', 1, 100000);
        break;
    case 'm':
        server->memory = (size_t)number_option('m', 1, 1 << 20) << 20;
        break;
    case 'h':
        fputs(usage, stdout);
        exit(EXIT_SUCCESS);
    default:
        fputs(usage, stderr);
        exit(EXIT_USAGE);
    }
}

int main(int argc, char **argv)
{
    struct server_options server = {
        .address = "127.0.0.1",
        .port = 7400,
        .threads = 4,
        .clients = 1000,
        .memory = (size_t)256 << 20,
    };
    int option;

    while ((option = getopt_long(argc, argv, "a:p:t:c:m:h", options, NULL)) != -1)
        set_option(&server, option);
    if (optind != argc) {
        fprintf(stderr, "kvserver: unexpected argument %s\n%s", argv[optind], usage);
        return EXIT_USAGE;
    }
    return server_run(&server);
}
