/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_log.c - the last lines of what happened, kept in memory for `status`.
 *
 * With REVECTOR_LOG=FILE they are appended to that file as well. The file is
 * opened in the agent's own descriptor table, so only the agent's thread writes
 * to it; lines of other threads are in memory at once and in the file when the
 * agent next wakes. Equal lines in a row are counted, so that somebody who is
 * refused again and again does not push everything else out.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/printable.h"

#define LINES 64u
#define WIDTH 200u

struct line {
    uint64_t when; /* milliseconds, CLOCK_BOOTTIME */
    uint32_t times;
    char text[WIDTH];
};

/* Innermost lock: taken with any other held; takes none. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct line ring[LINES]; /* line n is in ring[n % LINES] */
static uint64_t count, written; /* lines ever logged; the first that is not in the file yet */
static int file = -1;
static pid_t file_owner; /* thread that may write to it */

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* 0: the file cannot take it, as on a full disk. */
static int append(const struct line *line)
{
    char text[(WIDTH * 4) + 64]; /* a byte of the line takes four at most */
    struct timespec now;
    struct tm date;
    size_t length;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &date);
    length = strftime(text, sizeof(text), "%FT%TZ", &date);
    length += (size_t)snprintf(text + length, sizeof(text) - length, " revector[%d]: ", getpid());
    for (const char *at = line->text; *at; length += strlen(text + length))
        at += rv_printable(at, text + length);
    text[length++] = '\n';
    return write(file, text, length) > 0;
}

static void flush_locked(void)
{
    if (file < 0 || file_owner != gettid())
        return;
    if (written + LINES < count)
        written = count - LINES;
    while (written < count && append(&ring[written % LINES]))
        written++; /* what does not fit now is tried again with the next line */
}

static int is_repeated(const char *text)
{
    return count && !strcmp(ring[(count - 1) % LINES].text, text);
}

static void add_locked(const char *text)
{
    struct line *line;

    if (!is_repeated(text)) {
        line = &ring[count++ % LINES];
        line->times = 0;
        memccpy(line->text, text, 0, WIDTH - 1);
    }
    line = &ring[(count - 1) % LINES];
    line->when = now_ms();
    line->times++;
    flush_locked();
}

void agent_log(const char *format, ...)
{
    char text[WIDTH] = "";
    va_list arguments;

    va_start(arguments, format);
    if (vsnprintf(text, sizeof(text), format, arguments) >= (int)sizeof(text))
        memcpy(text + sizeof(text) - 4, "...", 4);
    va_end(arguments);
    pthread_mutex_lock(&lock);
    add_locked(text);
    pthread_mutex_unlock(&lock);
}

void rv_agent_note(const char *line)
{
    agent_log("%s", line);
}

void agent_log_open(void)
{
    const char *path = secure_getenv("REVECTOR_LOG");
    int fd = -1;

    if (path && *path)
        fd = agent_settle(open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600));
    pthread_mutex_lock(&lock);
    file = fd;
    file_owner = gettid();
    flush_locked();
    pthread_mutex_unlock(&lock);
    if (path && *path && fd < 0)
        agent_log("the log file cannot be opened: %m");
}

void agent_log_write(void)
{
    pthread_mutex_lock(&lock);
    flush_locked();
    pthread_mutex_unlock(&lock);
}

void agent_log_in_child(void)
{
    /* The thread that held it, if any, is not in the child. */
    pthread_mutex_init(&lock, NULL);
    count = written = 0;
    file = -1;
}

static void put_line(struct rv_ctl_writer *out, uint64_t number)
{
    const struct line *line = &ring[number % LINES];
    char text[WIDTH + 32];
    size_t group = rv_ctl_open(out, RV_CTL_TAG_LINE);

    snprintf(text, sizeof(text), line->times > 1 ? "%s (%u times)" : "%s", line->text, line->times);
    rv_ctl_put_number(out, RV_CTL_TAG_ID, number);
    rv_ctl_put_number(out, RV_CTL_TAG_AGE, now_ms() - line->when);
    rv_ctl_put_text(out, RV_CTL_TAG_TEXT, text);
    rv_ctl_close(out, group);
}

/* LINES lines of WIDTH bytes always fit into one frame, so there is never a NEXT. */
void agent_list_log(struct rv_ctl_writer *out, uint64_t from)
{
    pthread_mutex_lock(&lock);
    if (from + LINES < count)
        from = count - LINES;
    for (; from < count; from++)
        put_line(out, from);
    pthread_mutex_unlock(&lock);
}

_Static_assert(LINES *(WIDTH + 32 + 40) < RV_CTL_FRAME_MAX - 1024, "the log fits into a frame");
