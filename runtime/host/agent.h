/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent.h - what the files of the agent share; nobody else includes it.
 *
 * The agent is one thread of the process. It listens on an abstract socket,
 * answers the questions of control/wire.h, and collects garbage. Everything
 * here runs on that thread unless a comment says otherwise.
 *
 *   agent.c          the thread's life: start, fork, wake, disable
 *   agent_end.c      a program that ends with its last thread
 *   agent_private.c  descriptors of its own
 *   agent_socket.c   the socket's name, and who may talk
 *   agent_loop.c     sleeping, connections, time limits
 *   agent_answer.c   one question, one answer
 *   agent_list.c     updates, as an answer
 *   agent_methods.c  methods and translations, as an answer
 *   agent_log.c      the last lines of what happened
 */
#ifndef REVECTOR_HOST_AGENT_H
#define REVECTOR_HOST_AGENT_H

#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/wire.h"
#include "host.h"

/* ---- agent.c ---- */

/* Starts a thread with a small stack and all signals blocked. 0, or an errno. Any thread. */
int agent_thread(pthread_t *thread, void *(*body)(void *));

/* What the thread is to do; read on every round of its loop. */
enum agent_order {
    AGENT_SERVE,
    AGENT_WATCH_END, /* the main thread has ended: see agent_end.c */
    AGENT_QUIT,
};

enum agent_order agent_order(void);

/* Whether somebody has called rv_agent_wake() since the last time. */
int agent_take_wake(void);
/* The same, and it will be told again. */
int agent_is_woken(void);

/* From now on the agent calls agent_end_if_alone() every now and then. Any thread. */
void agent_watch_end(void);

/* Where wake() finds the socket; an empty name: nowhere. */
void agent_set_name(const char *name);

/* ---- agent_end.c ---- */

/* In the process's main thread: see that the process ends when its own threads have ended. */
void agent_guard_end(void);
void agent_end_if_alone(void);

/* Not null: the program runs under the thread sanitizer, whoever built this library. */
extern void __tsan_init(void) __attribute__((weak));

/* ---- agent_private.c ---- */

/*
 * Give the calling thread a descriptor table of its own, empty, and a root and
 * working directory that the program's chroot and chdir do not move. Returns 1,
 * or 0 if the system refuses the descriptors (a seccomp filter) or the thread
 * sanitizer needs them shared: then the table is the program's and nothing in it
 * has been touched.
 */
int agent_privatise(void);

/* The table is the program's own: our descriptors keep out of its way, and may be lost. */
int agent_is_degraded(void);

/* Moves a fresh descriptor out of the program's way, if it shares the table; else returns it. */
int agent_settle(int fd);

/*
 * A descriptor with what tells it from another file under the same number. In a
 * shared table the program may close ours and open its own in its place; so
 * agent_owns() comes before every use. -1: none.
 */
struct agent_fd {
    int fd;
    ino_t inode;
};

struct agent_fd agent_hold(int fd);
int agent_owns(const struct agent_fd *held);
/* Closes it if it is ours, and makes it none. */
void agent_drop(struct agent_fd *held);

/* ---- agent_socket.c ---- */

/* A listening socket, close-on-exec and non-blocking, its name given to agent_set_name(); or -1. */
int agent_listen(void);

/* The next connection of somebody who may talk, or -1 with errno. Others get a refusal. */
int agent_accept(int listener);

/* ---- agent_loop.c ---- */

/* Returns when it is told to quit, or when there can be no socket. */
void agent_loop(void);

/* ---- agent_answer.c ---- */

/*
 * Answer one packet in `frame` with one in `answer` (both RV_CTL_FRAME_MAX).
 * `patch` is the descriptor that came with it, or -1; it stays the caller's, as does
 * `socket`, whose peer asks. Returns the answer's size.
 */
size_t agent_answer(const void *question, size_t size, int patch, int socket, void *answer);

/*
 * Whether threads move to an update that was asked for on that connection, on which COMMIT may
 * come, too; if so, that nothing more will come, and it is given up; and, for a new agent, that
 * nobody has asked for one.
 */
int agent_is_asker(int socket);
void agent_forsake(int socket);
void agent_forget_asker(void);

/* An ERROR frame; `detail` may be null or "". Returns its size. */
size_t agent_refusal(int error, const char *detail, uint32_t serial, void *answer);

/* ---- agent_list.c, agent_methods.c: each adds fields to `out`, NEXT if there is more than fits
 * ---- */

struct agent_totals {
    uint64_t images, strangers, methods, updates;
};

void agent_count(struct agent_totals *totals);
void agent_list_updates(struct rv_ctl_writer *out, uint64_t from);
void agent_put_update(struct rv_ctl_writer *out, uint32_t id);
void agent_list_methods(struct rv_ctl_writer *out, uint64_t from);
/* RV_ENOMETHOD; RV_EAMBIGUOUS: several functions of that name, `detail` lists their IDs. */
int agent_list_walk(struct rv_ctl_writer *out, const char *name, uint64_t id, char *detail,
                    size_t size);

/* ---- agent_log.c: any thread, any lock held ---- */

/* Open REVECTOR_LOG, if it is set, in this thread's table. */
void agent_log_open(void);
void agent_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The agent's thread: what others have logged goes to the file. */
void agent_log_write(void);
void agent_log_in_child(void);
void agent_list_log(struct rv_ctl_writer *out, uint64_t from);

#endif
