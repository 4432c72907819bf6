/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.c - keeps a Redis server busy and writes down how long each request took.
 *
 *   client PORT CONNECTIONS RATE
 *
 * bench/tail.py drives it. Each connection has at most one request under way: GET and
 * SET by turns, of one of 100 keys. RATE requests a second are due in all, at even
 * distances, and a request that could not be sent when it was due, since all connections
 * waited, counts from then: so a server that stalls is not spared the requests that it
 * kept from coming. One command on standard input:
 *
 *   run MS   how many requests were answered that were due in MS ms, and the 50th, 99th
 *            and 99.9th percentile and the largest of their times, in microseconds
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256
#define REQUESTS_MAX    (1u << 22)

static struct {
    int fd;
    uint64_t due; /* of the request under way */
} connections[CONNECTIONS_MAX];

static int idle[CONNECTIONS_MAX], idle_count;
static uint32_t *times; /* ns */
static uint32_t answered, sent;
static uint64_t interval; /* ns between two requests */
static int poller;

static void die(const char *what)
{
    fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void connect_all(int port, int count)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int n = 0; n < count; n++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = n};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
            die("connect");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event))
            die("epoll_ctl");
        connections[n].fd = fd;
        idle[idle_count++] = n;
    }
}

static void send_one(uint64_t due)
{
    const int n = idle[--idle_count];
    char text[64];
    int size = snprintf(text, sizeof(text), sent % 2 ? "GET key:%u\r\n" : "SET key:%u value\r\n",
                        sent / 2 % 100);

    sent++;
    connections[n].due = due;
    if (write(connections[n].fd, text, (size_t)size) != size)
        die("a request could not be sent");
}

/* Answers are short and come whole: +OK, or the five bytes of a value. */
static void receive_one(int n)
{
    char text[64];
    ssize_t got = read(connections[n].fd, text, sizeof(text));

    if (got < 4 || text[got - 1] != '\n' || text[0] == '-')
        die("a request was not answered");
    if (answered < REQUESTS_MAX)
        times[answered++] = (uint32_t)(now() - connections[n].due);
    idle[idle_count++] = n;
}

/* Waits for answers, but not past the time at which the next request is due. */
static void receive(uint64_t due, uint64_t end)
{
    struct epoll_event events[CONNECTIONS_MAX];
    const uint64_t start = now(), wait = due > start ? due - start : 0;
    const struct timespec until_due = {.tv_sec = (time_t)(wait / 1000000000u),
                                       .tv_nsec = (long)(wait % 1000000000u)};
    int count = epoll_pwait2(poller, events, CONNECTIONS_MAX,
                             idle_count && due < end ? &until_due : NULL, NULL);

    for (int n = 0; n < count; n++)
        receive_one(events[n].data.fd);
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static double percentile(double part)
{
    return answered ? times[(uint32_t)(part * (answered - 1))] / 1e3 : 0;
}

static void run(uint64_t ms, int count)
{
    uint64_t due = now();
    const uint64_t end = due + ms * 1000000;

    answered = 0;
    while (due < end || idle_count < count) {
        for (; idle_count && due < end && due <= now(); due += interval)
            send_one(due);
        if (due < end || idle_count < count)
            receive(due, end);
    }
    qsort(times, answered, sizeof(*times), by_size);
    printf("%u %.1f %.1f %.1f %.1f\n", answered, percentile(0.5), percentile(0.99),
           percentile(0.999), percentile(1));
}

int main(int argc, char **argv)
{
    int count = argc == 4 ? atoi(argv[2]) : 0, rate = argc == 4 ? atoi(argv[3]) : 0;
    unsigned long ms;

    if (count < 1 || count > CONNECTIONS_MAX || rate < 1) {
        fprintf(stderr, "usage: client PORT CONNECTIONS RATE; bench/tail.py drives it\n");
        return 2;
    }
    times = malloc(REQUESTS_MAX * sizeof(*times));
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (!times || poller < 0)
        die("start");
    interval = 1000000000u / (uint64_t)rate;
    setvbuf(stdout, NULL, _IOLBF, 0);
    connect_all(atoi(argv[1]), count);
    while (scanf(" run %lu", &ms) == 1)
        run(ms, count);
    return 0;
}
