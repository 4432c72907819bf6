/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_socket.c - the name under which the agent is found, and who may talk.
 *
 * Names of abstract sockets belong to the network namespace, so a process in
 * another pid namespace, or somebody who wants to be in the way, may have ours:
 * then we take the next free one. The command trusts no name but the kernel's
 * word (SO_PEERCRED) on which process is behind it, as we do on whose uid it is.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG      16
#define PLAIN_NAMES  9       /* @revector/PID, .2 to .9; then random ones */
#define RANDOM_NAMES 8
#define OVERFLOW_ID  65534u  /* what a uid from outside the user namespace looks like */

static void make_name(char *name, size_t size, unsigned attempt)
{
    int length = snprintf(name, size, RV_CTL_SOCKET, (long)getpid());
    uint32_t random = 0;

    if (attempt > PLAIN_NAMES && getrandom(&random, sizeof(random), GRND_NONBLOCK) > 0)
        snprintf(name + length, size - (size_t)length, ".%08x", random);
    else if (attempt > 1)
        snprintf(name + length, size - (size_t)length, ".%u", attempt);
}

/* 0, or -1 with errno. */
static int bind_name(int fd, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);

    memcpy(address.sun_path + 1, name, length);
    return bind(fd, (struct sockaddr *)&address,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length));
}

static int bind_some_name(int fd)
{
    char name[64];

    for (unsigned attempt = 1; attempt <= PLAIN_NAMES + RANDOM_NAMES; attempt++) {
        make_name(name, sizeof(name), attempt);
        if (!bind_name(fd, name)) {
            agent_set_name(name);
            return 0;
        }
        if (errno != EADDRINUSE)
            return -1;
    }
    return -1;
}

int agent_listen(void)
{
    int fd = agent_settle(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));

    if (fd < 0)
        return -1;
    if (bind_some_name(fd) || listen(fd, BACKLOG)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Whether uids mean here what they mean everywhere. */
static int in_first_user_namespace(void)
{
    char text[64] = "";
    unsigned from, to, size;
    int fd = open("/proc/thread-self/uid_map", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return 0;
    if (read(fd, text, sizeof(text) - 1) < 0)
        text[0] = 0;
    close(fd);
    return sscanf(text, "%u %u %u", &from, &to, &size) == 3 && !from && !to && size == ~0U;
}

/*
 * Root and the process's own user. In a user namespace every uid from outside
 * looks like the overflow uid: that one is nobody's in particular.
 */
static int may_talk(const struct ucred *peer)
{
    if (peer->uid == 0)
        return 1;
    if (peer->uid != geteuid())
        return 0;
    return peer->uid != OVERFLOW_ID || in_first_user_namespace();
}

static void refuse(int fd, const struct ucred *peer)
{
    uint8_t answer[512];
    size_t size = agent_refusal(RV_EPERMISSION, NULL, 0, answer);

    agent_log("refused user %u, process %d", peer->uid, peer->pid);
    if (send(fd, answer, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        agent_log("the refusal could not be sent: %m");
}

int agent_accept(int listener)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        fd = agent_settle(fd);
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
            if (may_talk(&peer))
                return fd;
            refuse(fd, &peer);
        }
        close(fd);
    }
    return -1;
}
