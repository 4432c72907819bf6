/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - kvload: loads a kvserver and checks every answer.
 *
 * Commands on standard input cut the run in phases; a row is printed at the
 * end of each. The exit status is 0 only if no request failed.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

enum { EXIT_USAGE = 2, CLIENTS_MAX = 1000, SECOND_NS = 1000000000 };

static const char usage[] =
    "usage: kvload [OPTION]...\n"
    "Loads a kvserver from several connections and checks every answer.\n"
    "Standard input: \"phase NAME\" ends one phase and starts another, its end ends the run.\n\n"
    "  -p, --port N          of the server, on 127.0.0.1 (7400)\n"
    "  -c, --connections N   (8)\n"
    "  -r, --rate N          requests per second, all connections together\n"
    "                        (0: each connection as fast as its answers come)\n"
    "  -s, --seed N          for the random choice of requests (1)\n"
    "  -h, --help            show this\n"
    "\nExit status: 0 all answers were right, 1 some were not, 2 usage.\n";

static const struct option options[] = {
    {"port", required_argument, NULL, 'p'}, {"connections", required_argument, NULL, 'c'},
    {"rate", required_argument, NULL, 'r'}, {"seed", required_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0},
};

struct settings {
    unsigned long port, connections, rate, seed;
};

struct load {
    unsigned count;
    struct client *clients;
    struct tally phase; /* of the phase that ends */
    struct tally all;
};

static unsigned long number_option(char option, unsigned long least, unsigned long most)
{
    char *end;
    unsigned long number = strtoul(optarg, &end, 10);

    if (*optarg >= '0' && *optarg <= '9' && !*end && number >= least && number <= most)
        return number;
    fprintf(stderr, "kvload: -%c takes a number from %lu to %lu\n", option, least, most);
    exit(EXIT_USAGE);
}

static void read_options(int argc, char **argv, struct settings *settings)
{
    int option;

    while ((option = getopt_long(argc, argv, "p:c:r:s:h", options, NULL)) != -1) {
        switch (option) {
        case 'p':
            settings->port = number_option('p', 1, 65535);
            break;
        case 'c':
            settings->connections = number_option('c', 1, CLIENTS_MAX);
            break;
        case 'r':
            settings->rate = number_option('r', 0, 10000000);
            break;
        case 's':
            settings->seed = number_option('s', 0, 1000000000);
            break;
        case 'h':
            fputs(usage, stdout);
            exit(EXIT_SUCCESS);
        default:
            fputs(usage, stderr);
            exit(EXIT_USAGE);
        }
    }
    if (optind == argc)
        return;
    fprintf(stderr, "kvload: unexpected argument %s\n%s", argv[optind], usage);
    exit(EXIT_USAGE);
}

static void start(struct load *load, const struct settings *settings)
{
    struct sockaddr_in server = {.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)settings->port)};
    uint64_t period = settings->rate ? settings->connections * SECOND_NS / settings->rate : 0;

    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    load->clients = calloc(settings->connections, sizeof(*load->clients));
    for (; load->clients && load->count < settings->connections; load->count++) {
        int error =
            client_start(&load->clients[load->count], load->count, &server, period, settings->seed);

        if (error) {
            fprintf(stderr, "kvload: connection %u: %s\n", load->count, strerror(-error));
            exit(EXIT_FAILURE);
        }
    }
}

static void end_phase(struct load *load, const char *name)
{
    memset(&load->phase, 0, sizeof(load->phase));
    for (unsigned i = 0; i < load->count; i++)
        client_collect(&load->clients[i], &load->phase);
    tally_print(name, &load->phase);
    tally_merge(&load->all, &load->phase);
}

static void obey_input(struct load *load, char name[64])
{
    char line[128];
    char next[64];

    while (fgets(line, sizeof(line), stdin)) {
        if (sscanf(line, "phase %63s", next) != 1) {
            fprintf(stderr, "kvload: unknown command: %s", line);
            continue;
        }
        end_phase(load, name);
        strcpy(name, next);
    }
}

int main(int argc, char **argv)
{
    struct settings settings = {.port = 7400, .connections = 8, .rate = 0, .seed = 1};
    static struct load load;
    char name[64] = "first";

    read_options(argc, argv, &settings);
    start(&load, &settings);
    tally_print_head();
    obey_input(&load, name);
    for (unsigned i = 0; i < load.count; i++)
        client_stop(&load.clients[i]);
    end_phase(&load, name);
    load.all.failure[0] = '\0'; /* told with its phase */
    tally_print("all", &load.all);
    free(load.clients);
    return load.all.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
