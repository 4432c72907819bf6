/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_loop.c - sleep until somebody asks, and let nobody keep others waiting.
 *
 * One question is in hand at a time and answered at once, with one packet that
 * is sent without blocking: a client that does not read loses its connection.
 * A connection that asks nothing is closed after IDLE_MS, or at once if its
 * place is needed. With no connection and no garbage the thread sleeps without
 * a timeout.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "apply.h"
#include "control/clock.h"
#include "operate.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS      16
#define IDLE_MS      5000
#define WATCH_END_MS 100
#define DEAF_MS      100
#define COLLECT_MS   5
#define NEVER        UINT64_MAX

struct client {
    struct agent_fd at;
    uint64_t deadline; /* milliseconds, CLOCK_MONOTONIC; NEVER: its update moves */
};

static struct {
    struct agent_fd listener;
    struct client clients[CLIENTS];
    uint64_t collect_at;
    uint64_t deaf_until; /* nobody could be let in; 0: somebody can */
    uint8_t question[RV_CTL_FRAME_MAX], answer[RV_CTL_FRAME_MAX];
} loop;

/* The descriptor that came with a packet, or -1. */
static int received_descriptor(struct msghdr *message)
{
    struct cmsghdr *control = CMSG_FIRSTHDR(message);
    int fd;

    if (!control || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS ||
        control->cmsg_len != CMSG_LEN(sizeof(int)))
        return -1;
    memcpy(&fd, CMSG_DATA(control), sizeof(fd));
    return agent_settle(fd);
}

/* Bytes of the packet, 0 at the end of the connection, or -1. *fd as above. */
static ssize_t receive(int socket, int *fd, int *cut)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {loop.question, sizeof(loop.question)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    ssize_t size = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

    *fd = size < 0 ? -1 : received_descriptor(&message);
    *cut = (message.msg_flags & MSG_TRUNC) != 0;
    return size;
}

static void drop(struct client *client)
{
    agent_forsake(client->at.fd);
    agent_drop(&client->at);
}

static void serve(struct client *client)
{
    int fd, cut;
    ssize_t size = receive(client->at.fd, &fd, &cut);
    size_t answer;

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        drop(client);
        return;
    }
    answer = cut ? agent_refusal(RV_EPROTOCOL, NULL, 0, loop.answer)
                 : agent_answer(loop.question, (size_t)size, fd, client->at.fd, loop.answer);
    if (fd >= 0)
        close(fd);
    if (!agent_owns(&client->at) ||
        send(client->at.fd, loop.answer, answer, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        drop(client);
    client->deadline = agent_is_asker(client->at.fd) ? NEVER : rv_clock_ms() + IDLE_MS;
}

/* The connection that has been silent for longest, but for one on which COMMIT is to come. */
static struct client *most_silent(void)
{
    struct client *oldest = NULL;

    for (struct client *at = loop.clients; at < loop.clients + CLIENTS; at++)
        if (at->at.fd >= 0 && at->deadline < (oldest ? oldest->deadline : NEVER))
            oldest = at;
    return oldest;
}

/* A free place, or the one that has been silent for longest. */
static struct client *place_for_client(void)
{
    struct client *place = most_silent();

    for (struct client *at = loop.clients; at < loop.clients + CLIENTS; at++)
        if (at->at.fd < 0)
            return at;
    drop(place);
    return place;
}

/*
 * Somebody waits and there is no descriptor for him. Whoever has been silent for
 * longest makes room; if there is nobody, we look again in a moment: the socket
 * stays readable, and to ask poll() would be to spin.
 */
static int make_room(void)
{
    struct client *oldest = most_silent();

    if (oldest)
        drop(oldest);
    else
        loop.deaf_until = rv_clock_ms() + DEAF_MS;
    return oldest != NULL;
}

static int nobody_was_waiting(int error)
{
    return error == EAGAIN || error == EINTR || error == ECONNABORTED;
}

static void accept_clients(void)
{
    int fd;

    while ((fd = agent_accept(loop.listener.fd)) >= 0 ||
           (!nobody_was_waiting(errno) && make_room())) {
        struct client *client = fd < 0 ? NULL : place_for_client();

        if (!client)
            continue;

        client->at = agent_hold(fd);
        client->deadline = rv_clock_ms() + IDLE_MS;
    }
}

static void drop_silent_clients(void)
{
    uint64_t now = rv_clock_ms();

    for (struct client *at = loop.clients; at < loop.clients + CLIENTS; at++) {
        if (at->at.fd >= 0 && at->deadline == NEVER && !agent_is_asker(at->at.fd))
            at->deadline = now + IDLE_MS; /* it has come to an end */
        if (at->at.fd >= 0 && at->deadline <= now)
            drop(at);
    }
}

/*
 * Threads that move are looked after at once. Garbage waits a moment: who has just been answered
 * may have more to ask, and so may others of the same program, on the same processors.
 */
static void heed_wake(uint64_t now)
{
    unsigned wait_ms = COLLECT_MS;

    if (!agent_take_wake())
        return;
    if (!rv_apply_go_on(&wait_ms))
        wait_ms = COLLECT_MS;
    if (loop.collect_at > now + wait_ms)
        loop.collect_at = now + wait_ms;
}

static void collect_garbage(void)
{
    unsigned wait_ms = 0;
    uint64_t now = rv_clock_ms();

    heed_wake(now);
    if (loop.collect_at > now)
        return;
    loop.collect_at = rv_host_reclaim(&wait_ms) ? rv_clock_ms() + (wait_ms ? wait_ms : 1) : NEVER;
}

/* Milliseconds to sleep at most; -1: for ever. */
static int time_to_sleep(enum agent_order order)
{
    uint64_t until = loop.collect_at, now = rv_clock_ms(), next = rv_operate_next();

    if (next < until)
        until = next;
    for (struct client *at = loop.clients; at < loop.clients + CLIENTS; at++)
        if (at->at.fd >= 0 && at->deadline < until)
            until = at->deadline;
    if (loop.deaf_until && loop.deaf_until < until)
        until = loop.deaf_until;
    if (order == AGENT_WATCH_END && until > now + WATCH_END_MS)
        until = now + WATCH_END_MS;
    if (agent_is_woken()) /* by itself: it cannot knock at its own door */
        return 0;
    if (until == NEVER)
        return -1;
    return until > now ? (int)(until - now) : 0;
}

static void hear(struct client *client, short events)
{
    if (!agent_owns(&client->at)) {
        agent_forsake(client->at.fd);
        client->at.fd = -1;
    } else if (events & POLLIN && (!(events & POLLHUP) || agent_is_asker(client->at.fd))) {
        serve(client); /* the others have got the same COMMIT, and may have heard it */
    } else {
        drop(client); /* what it asked last is not done behind its back */
    }
}

/* The kernel refuses to wait for more descriptors than the program may have now. */
static void wait_for_fewer(void)
{
    if (!make_room())
        poll(NULL, 0, DEAF_MS);
}

/* Sleep, then serve whoever has something for us. */
static void one_round(enum agent_order order)
{
    struct pollfd wanted[1 + CLIENTS];
    struct client *whose[1 + CLIENTS];
    nfds_t count = 1;
    int got;

    if (loop.deaf_until <= rv_clock_ms())
        loop.deaf_until = 0;
    wanted[0] = (struct pollfd){.fd = loop.deaf_until ? -1 : loop.listener.fd, .events = POLLIN};
    for (struct client *at = loop.clients; at < loop.clients + CLIENTS; at++) {
        if (at->at.fd < 0)
            continue;
        whose[count] = at;
        wanted[count++] = (struct pollfd){.fd = at->at.fd, .events = POLLIN};
    }
    got = poll(wanted, count, time_to_sleep(order));
    if (got < 0 && errno != EINTR)
        wait_for_fewer();
    if (got <= 0)
        return;
    for (nfds_t n = 1; n < count; n++)
        if (wanted[n].revents)
            hear(whose[n], wanted[n].revents);
    if (wanted[0].revents && agent_owns(&loop.listener))
        accept_clients();
}

/* In a shared table the program may have closed our socket: then there is a new one. */
static int have_listener(void)
{
    if (agent_owns(&loop.listener))
        return 1;
    loop.listener = agent_hold(agent_listen());
    if (loop.listener.fd < 0)
        agent_log("no control socket, so no updates from outside: %m");
    return loop.listener.fd >= 0;
}

void agent_loop(void)
{
    enum agent_order order;

    agent_forget_asker();
    loop.listener.fd = -1;
    loop.collect_at = agent_take_wake() ? 0 : NEVER;
    for (int i = 0; i < CLIENTS; i++)
        loop.clients[i].at.fd = -1;
    while (have_listener() && (order = agent_order()) != AGENT_QUIT) {
        one_round(order);
        collect_garbage();
        drop_silent_clients(); /* before anything else can move */
        rv_operate_due(); /* before anybody is told what has come of a move */
        agent_log_write();
        if (order == AGENT_WATCH_END)
            agent_end_if_alone();
    }
    rv_host_abandon();
    rv_operate_give_up();
    for (int i = 0; i < CLIENTS; i++)
        drop(&loop.clients[i]);
    agent_drop(&loop.listener);
}
