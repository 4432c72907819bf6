/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * find_agent.c - from a pid to a socket that the kernel says belongs to it.
 *
 * The name @revector/PID is only a hint: the pid in it is the process's own,
 * which another pid namespace sees differently, and anybody may have taken the
 * name. So every candidate is connected to and asked for its peer's pid.
 */
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PREFIX   "revector/"
#define START_MS 2000

/* A connected socket, or -1 with errno. */
static int connect_name(const char *name, unsigned timeout_ms)
{
    struct timeval limit = {timeout_ms / 1000, (suseconds_t)(timeout_ms % 1000) * 1000};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (fd < 0 || length > sizeof(address.sun_path) - 1)
        return -1;
    memcpy(address.sun_path + 1, name, length);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (!connect(fd, (struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)))
        return fd;
    close(fd);
    return -1;
}

/* Pid of the process that listens behind a connected socket, or 0. */
static int peer_pid(int fd)
{
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) ? 0 : peer.pid;
}

/* Connected to that process, or -1. */
static int connect_to(int pid, const char *name, unsigned timeout_ms)
{
    int fd = connect_name(name, timeout_ms);

    if (fd < 0 || peer_pid(fd) == pid)
        return fd;
    close(fd);
    return -1;
}

/* The next name of an agent in /proc/PID/net/unix. 0: no more. */
static int next_name(FILE *list, char *name, size_t size)
{
    char line[256];
    int at;

    while (fgets(line, sizeof(line), list)) {
        unsigned flags = 0;

        at = 0;
        line[strcspn(line, "\n")] = 0;
        /* address, references, protocol, flags (1 << 16: listening), type, state, inode, name */
        if (sscanf(line, "%*s %*s %*s %x %*s %*s %*s %n", &flags, &at) < 1 || !at)
            continue;
        if (!(flags & 1 << 16) || strncmp(line + at, "@" PREFIX, strlen("@" PREFIX)))
            continue;
        snprintf(name, size, "%s", line + at + 1);
        return 1;
    }
    return 0;
}

static FILE *open_names(int pid)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/net/unix", rv_process_shown(pid));
    return fopen(path, "re");
}

static int connect_by_search(int pid, unsigned timeout_ms)
{
    FILE *list = open_names(pid);
    char name[128];
    int fd = -1;

    while (list && fd < 0 && next_name(list, name, sizeof(name)))
        fd = connect_to(pid, name, timeout_ms);
    if (list)
        fclose(list);
    return fd;
}

/* ---- the process's network namespace ---- */

static int is_same_namespace(int pid)
{
    char path[64];
    struct stat ours, theirs;

    snprintf(path, sizeof(path), "/proc/%d/ns/net", rv_process_shown(pid));
    return stat(path, &theirs) || stat("/proc/self/ns/net", &ours) ||
           (ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino);
}

/* Abstract sockets live in the network namespace, so we follow the process there. 0, or -1. */
static int enter_namespace(int pid)
{
    char path[64];
    int fd, result;

    snprintf(path, sizeof(path), "/proc/%d/ns/net", rv_process_shown(pid));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    result = fd < 0 ? -1 : setns(fd, CLONE_NEWNET);
    if (fd >= 0)
        close(fd);
    return result;
}

/* ---- why there is none ---- */

static int is_runtime(const char *path, const char *name, void *context)
{
    (void)path;
    (void)context;
    return strstr(name, "/librevector.so") != NULL;
}

static int no_agent(int pid, struct rv_reason *reason)
{
    const int found = rv_process_files(pid, is_runtime, NULL);
    char shortage[RV_SHORTAGE_TEXT];

    if (!rv_process_exists(pid)) /* asked last: it may be ending */
        return rv_because(reason, RV_ENOPROCESS, "%d", pid);
    rv_process_shortage(pid, shortage);
    if (found == 1)
        return rv_because(reason, RV_ENOAGENT,
                          "%d was started with REVECTOR=off, has opted out, or is just starting%s",
                          pid, shortage);
    if (found == 0)
        return rv_because(reason, RV_ENOAGENT, "%d was not built with revector-cc", pid);
    return rv_because(reason, RV_ENOAGENT, "%d is not ours to look into, so we cannot say why",
                      pid);
}

/* The agent of a process that has just been started, or forked, may not be there yet. */
static int is_just_starting(int pid)
{
    return rv_process_age(pid) < START_MS && rv_process_files(pid, is_runtime, NULL) == 1;
}

static int connect_any(int pid, long inner, unsigned timeout_ms)
{
    char name[64];
    int fd;

    snprintf(name, sizeof(name), RV_CTL_SOCKET, inner);
    fd = connect_to(pid, name, timeout_ms);
    return fd < 0 ? connect_by_search(pid, timeout_ms) : fd;
}

int rv_agent_connect(int pid, unsigned timeout_ms, int *fd, struct rv_reason *reason)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    long inner;

    if (rv_process_inner_pid(pid, &inner))
        return rv_because(reason, RV_ENOPROCESS, "%d", pid);
    if (!is_same_namespace(pid) && enter_namespace(pid))
        return rv_because(reason, RV_EPERMISSION,
                          "process %d has another network namespace, which only root can enter",
                          pid);
    while ((*fd = connect_any(pid, inner, timeout_ms)) < 0 && is_just_starting(pid))
        nanosleep(&moment, NULL);
    return *fd < 0 ? no_agent(pid, reason) : 0;
}

void rv_agents_each(void (*visit)(int pid, void *context), void *context)
{
    FILE *list = open_names(getpid());
    char name[128];

    while (list && next_name(list, name, sizeof(name))) {
        int fd = connect_name(name, RV_CLIENT_TIMEOUT_MS);
        int pid = fd < 0 ? 0 : peer_pid(fd);

        if (fd >= 0)
            close(fd);
        if (pid > 0)
            visit(pid, context);
    }
    if (list)
        fclose(list);
}
