/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * history.c - a ring of events; see history.h.
 */
#define _GNU_SOURCE
#include "history.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RESERVE 64 /* bytes that stay free for NEXT */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rv_event ring[RV_HISTORY_ROWS]; /* row n is in ring[n % RV_HISTORY_ROWS] */
static uint64_t count; /* rows ever added; counted last, so that a fork sees whole rows */

static void read_command(struct rv_asker *asker)
{
    char path[32];
    ssize_t length;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/comm", asker->pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    length = read(fd, asker->command, sizeof(asker->command) - 1);
    asker->command[length < 0 ? 0 : length] = 0;
    asker->command[strcspn(asker->command, "\n")] = 0;
    close(fd);
}

struct rv_asker rv_asker_of_socket(int fd)
{
    struct rv_asker asker = {.kind = RV_BY_PEER, .uid = (uint32_t)-1};
    struct ucred peer;
    socklen_t size = sizeof(peer);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
        return asker;
    asker.uid = peer.uid;
    asker.pid = peer.pid;
    if (asker.pid > 0)
        read_command(&asker);
    return asker;
}

void rv_history_cut(char *to, size_t size, const char *path)
{
    size_t length = strlen(path);

    if (length < size)
        memcpy(to, path, length + 1);
    else
        snprintf(to, size, "...%s", path + length - (size - 4));
}

void rv_history_add(const struct rv_event *event)
{
    struct timespec now;
    struct rv_event *row;

    clock_gettime(CLOCK_REALTIME, &now);
    pthread_mutex_lock(&lock);
    row = &ring[count % RV_HISTORY_ROWS];
    *row = *event;
    row->when = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    count++;
    pthread_mutex_unlock(&lock);
}

int rv_history_superseded(uint32_t update, char *by, size_t size)
{
    int is_found = 0;

    pthread_mutex_lock(&lock);
    for (uint64_t n = count < RV_HISTORY_ROWS ? 0 : count - RV_HISTORY_ROWS; n < count; n++) {
        const struct rv_event *row = &ring[n % RV_HISTORY_ROWS];
        if (row->update != update || strcmp(row->result, "replaced") != 0)
            continue;
        snprintf(by, size, "%s", row->text);
        is_found = 1;
    }
    pthread_mutex_unlock(&lock);
    return is_found;
}

void rv_history_in_child(void)
{
    pthread_mutex_init(&lock, NULL); /* whoever held it is not in the child */
}

/* ---- as an answer ---- */

static const char *asker_text(enum rv_asker_kind kind)
{
    switch (kind) {
    case RV_BY_PROGRAM:
        return "the program itself";
    case RV_BY_JOURNAL:
        return "the journal, at start";
    case RV_BY_DEADLINE:
        return "the deadline";
    case RV_BY_GUARD:
        return "the crash guard";
    case RV_BY_PEER:
        break;
    }
    return NULL;
}

static void put_asker(struct rv_ctl_writer *out, const struct rv_asker *asker)
{
    rv_ctl_put_text(out, RV_CTL_TAG_ASKER, asker_text(asker->kind));
    if (asker->kind != RV_BY_PEER)
        return;
    rv_ctl_put_number(out, RV_CTL_TAG_ASKER_UID, asker->uid);
    rv_ctl_put_number(out, RV_CTL_TAG_ASKER_PID, (uint64_t)asker->pid);
    rv_ctl_put_text(out, RV_CTL_TAG_ASKER_NAME, asker->command);
}

static void put_row(struct rv_ctl_writer *out, uint64_t number, const struct rv_event *row)
{
    size_t group = rv_ctl_open(out, RV_CTL_TAG_EVENT);

    rv_ctl_put_number(out, RV_CTL_TAG_ID, number + 1);
    rv_ctl_put_number(out, RV_CTL_TAG_WHEN, row->when);
    rv_ctl_put_text(out, RV_CTL_TAG_VERB, row->verb);
    put_asker(out, &row->asker);
    rv_ctl_put_number(out, RV_CTL_TAG_UPDATE_ID, row->update);
    rv_ctl_put_text(out, RV_CTL_TAG_PATH, row->path);
    if (row->has_sha256)
        rv_ctl_put_bytes(out, RV_CTL_TAG_SHA256, row->sha256, sizeof(row->sha256));
    rv_ctl_put_text(out, RV_CTL_TAG_RESULT, row->result);
    if (row->error)
        rv_ctl_put_number(out, RV_CTL_TAG_CODE, (uint64_t)-row->error);
    rv_ctl_put_text(out, RV_CTL_TAG_TEXT, row->text);
    rv_ctl_put_number(out, RV_CTL_TAG_AGENT_NS, row->took);
    rv_ctl_close(out, group);
}

void rv_history_list(struct rv_ctl_writer *out, uint64_t from)
{
    pthread_mutex_lock(&lock);
    if (from + RV_HISTORY_ROWS < count)
        from = count - RV_HISTORY_ROWS;
    for (; from < count; from++) {
        size_t mark = rv_ctl_mark(out);

        put_row(out, from, &ring[from % RV_HISTORY_ROWS]);
        if (rv_ctl_room(out) >= RESERVE)
            continue;
        rv_ctl_rewind(out, mark);
        rv_ctl_put_number(out, RV_CTL_TAG_NEXT, from);
        break;
    }
    pthread_mutex_unlock(&lock);
}
