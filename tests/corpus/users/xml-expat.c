// SPDX-License-Identifier: BSD-2-Clause
// A small server that uses expat: what patches of the library are shown on. Each
// connection has one parser for all its documents. One thread; no more care than a
// test needs. A request is a line and that many bytes, an answer is a line:
//
//     whole N   the document at once; N is believed, as by careless programs
//     parts N   the document in parts of 2048 bytes
//     stop 0    stops a parser that has not begun
//
// Usage: xml-expat PORT
#include <arpa/inet.h>
#include <expat.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS = 64, PART = 2048 };

struct client {
    FILE *in;
    XML_Parser parser;
    int elements;
};

static struct pollfd fds[CLIENTS + 1];
static struct client clients[CLIENTS + 1];

static void on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    (void)name, (void)attributes;
    ((struct client *)user)->elements++;
}

static void begin(struct client *client)
{
    XML_ParserReset(client->parser, NULL);
    XML_SetUserData(client->parser, client);
    XML_SetStartElementHandler(client->parser, on_start);
    client->elements = 0;
}

static enum XML_Status in_parts(XML_Parser parser, const char *text, int length)
{
    enum XML_Status status = XML_STATUS_OK;
    for (int at = 0; at < length && status == XML_STATUS_OK; at += PART)
        status = XML_Parse(parser, text + at, length - at < PART ? length - at : PART, 0);
    return status == XML_STATUS_OK ? XML_Parse(parser, "", 0, 1) : status;
}

static enum XML_Status at_once(XML_Parser parser, const char *text, int length)
{
    void *buffer = XML_GetBuffer(parser, length > 0 ? length : 1);
    if (!buffer)
        return XML_STATUS_ERROR;
    if (length > 0)
        memcpy(buffer, text, (size_t)length);
    return XML_ParseBuffer(parser, length, 1);
}

// The answer is: how it ended, elements, milliseconds of processor time, the error if any.
static void serve(struct client *client, int fd, const char *verb, int length)
{
    char *text = malloc(length > 0 ? (size_t)length : 1);
    if (!text || (length > 0 && fread(text, 1, (size_t)length, client->in) != (size_t)length))
        exit(1);
    begin(client);
    clock_t begun = clock();
    enum XML_Status status = !strcmp(verb, "stop")    ? XML_StopParser(client->parser, XML_TRUE)
                             : !strcmp(verb, "parts") ? in_parts(client->parser, text, length)
                                                      : at_once(client->parser, text, length);
    const XML_LChar *error = XML_ErrorString(XML_GetErrorCode(client->parser));
    dprintf(fd, "%s %d %ld %s\n", status == XML_STATUS_OK ? "ok" : "bad", client->elements,
            (long)((clock() - begun) * 1000 / CLOCKS_PER_SEC), error ? error : "-");
    free(text);
}

static void accept_client(int listener)
{
    int fd = accept(listener, NULL, NULL);
    for (int i = 1; fd >= 0 && i <= CLIENTS; i++) {
        if (clients[i].in)
            continue;
        clients[i] = (struct client){fdopen(fd, "r"), XML_ParserCreate(NULL), 0};
        fds[i] = (struct pollfd){fd, POLLIN, 0};
        return;
    }
    close(fd);
}

static void read_client(int i)
{
    char verb[8];
    int length;
    if (fscanf(clients[i].in, "%7s %d", verb, &length) == 2 && fgetc(clients[i].in) == '\n') {
        serve(&clients[i], fds[i].fd, verb, length);
        return;
    }
    XML_ParserFree(clients[i].parser);
    fclose(clients[i].in);
    clients[i].in = NULL;
    fds[i].fd = -1;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "0"))};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 16))
        return perror("xml-expat"), 1;
    fds[0] = (struct pollfd){listener, POLLIN, 0};
    for (int i = 1; i <= CLIENTS; i++)
        fds[i].fd = -1;
    while (poll(fds, CLIENTS + 1, -1) > 0) {
        for (int i = 1; i <= CLIENTS; i++) {
            if (fds[i].fd >= 0 && fds[i].revents)
                read_client(i);
        }
        if (fds[0].revents)
            accept_client(listener);
    }
    return 1;
}
