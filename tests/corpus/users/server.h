// SPDX-License-Identifier: BSD-2-Clause
// What the small servers have in common that use a library whose patches are shown
// on them: one thread, many connections, no more care than a test needs. A request is
// a line "VERB N" and N bytes behind it (none if N is below zero), an answer is a
// line. Included once, by the file that has main.
#ifndef CORPUS_SERVER_H
#define CORPUS_SERVER_H

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CLIENTS = 64 };

struct request {
    char verb[16];
    int length; // as the line says
    char *text; // with a 0 byte behind it
    int fd;     // where the answer goes
};

// What a server does: `state` belongs to a connection, from its first to its last request.
static void *opened(void);
static void closed(void *state);
static void answer(void *state, const struct request *request);

static struct {
    FILE *in;
    void *state;
} clients[CLIENTS + 1];
static struct pollfd fds[CLIENTS + 1]; // that of a client has its number; 0 is the listener

static int read_request(FILE *in, struct request *request)
{
    if (fscanf(in, "%15s %d", request->verb, &request->length) != 2 || fgetc(in) != '\n')
        return 0;
    size_t length = request->length > 0 ? (size_t)request->length : 0;
    request->text = calloc(1, length + 1);
    return request->text && fread(request->text, 1, length, in) == length;
}

static void serve_client(int i)
{
    struct request request = {.fd = fds[i].fd};
    if (read_request(clients[i].in, &request)) {
        answer(clients[i].state, &request);
    } else {
        closed(clients[i].state);
        fclose(clients[i].in);
        clients[i].in = NULL;
        fds[i].fd = -1;
    }
    free(request.text);
}

static void accept_client(void)
{
    int fd = accept(fds[0].fd, NULL, NULL);
    for (int i = 1; fd >= 0 && i <= CLIENTS; i++) {
        if (clients[i].in)
            continue;
        clients[i].in = fdopen(fd, "r");
        clients[i].state = opened();
        fds[i] = (struct pollfd){fd, POLLIN, 0};
        return;
    }
    close(fd);
}

static int serve(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(port))};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 16))
        return perror("bind"), 1;
    fds[0] = (struct pollfd){listener, POLLIN, 0};
    for (int i = 1; i <= CLIENTS; i++)
        fds[i].fd = -1;
    while (poll(fds, CLIENTS + 1, -1) > 0) {
        for (int i = 1; i <= CLIENTS; i++) {
            if (fds[i].fd >= 0 && fds[i].revents)
                serve_client(i);
        }
        if (fds[0].revents)
            accept_client();
    }
    return 1;
}

#endif
