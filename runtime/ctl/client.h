/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.h - the command's end of the control socket.
 *
 * Finds the agent of a process, asks it one question at a time, and turns what
 * can go wrong on the way into one sentence. The protocol is control/wire.h.
 */
#ifndef REVECTOR_CTL_CLIENT_H
#define REVECTOR_CTL_CLIENT_H

#include <stdint.h>

#include "command.h"
#include "control/wire.h"
#include "process.h"

struct rv_client {
    int fd, pid;
    unsigned timeout_ms;
    uint32_t serial;
    struct rv_ctl_writer question;
    uint8_t out[RV_CTL_FRAME_MAX], in[RV_CTL_FRAME_MAX];
};

#define RV_CLIENT_TIMEOUT_MS 10000

/*
 * Connect to the agent of `pid`; only a socket that the kernel says belongs to
 * that very process will do. rv_client_close() gives everything back.
 * RV_ENOAGENT (and why), RV_ENOPROCESS, RV_EPERMISSION, RV_ETIMEOUT, RV_ENOMEM.
 */
int rv_client_open(int pid, unsigned timeout_ms, struct rv_client **client,
                   struct rv_reason *reason) __attribute__((warn_unused_result));
void rv_client_close(struct rv_client *client);

/* Connect to the one process that the command line names first, as TARGET. */
int rv_client_of_target(struct rv_command *command, struct rv_client **client)
    __attribute__((warn_unused_result));

/* Start a question; its fields go to the writer that is returned. */
struct rv_ctl_writer *rv_client_begin(struct rv_client *client, enum rv_ctl_kind kind);

/* Start the question REVERT, whole. */
void rv_client_begin_revert(struct rv_client *client, uint64_t id,
                            const struct rv_apply_request *request);

/* Before asking once more: sleeps, and doubles *us up to `longest`, both in microseconds. */
void rv_client_nap(unsigned *us, unsigned longest);

/*
 * Send the question, with the descriptor `fd` unless that is -1, and wait for
 * the answer, which is good until the next question. What the agent refuses
 * comes back as its error, with its sentence in `reason`.
 * RV_ECLOSED, RV_ETIMEOUT, RV_ESTOPPED, RV_EPROTOCOL, RV_EVERSION.
 */
int rv_client_ask(struct rv_client *client, int fd, struct rv_ctl_reader *answer,
                  struct rv_reason *reason) __attribute__((warn_unused_result));

/* Its two halves, for whoever asks several processes at once. */
int rv_client_send(struct rv_client *client, int fd, struct rv_reason *reason)
    __attribute__((warn_unused_result));
int rv_client_receive(struct rv_client *client, struct rv_ctl_reader *answer,
                      struct rv_reason *reason) __attribute__((warn_unused_result));

/*
 * Ask for a list, page by page, until there is no NEXT; `page` is called for each
 * one and ends the tour by returning non-zero.
 */
int rv_client_pages(struct rv_client *client, enum rv_ctl_kind kind,
                    int (*page)(const struct rv_ctl_reader *answer, void *context), void *context,
                    struct rv_reason *reason) __attribute__((warn_unused_result));

/*
 * Asks for the process's updates; `visit` is called for each one, for a large one several
 * times, and ends the tour by returning non-zero.
 */
int rv_client_updates(struct rv_client *client,
                      int (*visit)(const struct rv_ctl_reader *update, void *context),
                      void *context, struct rv_reason *reason) __attribute__((warn_unused_result));

/* ---- wait_move.c ---- */

/*
 * Waits until no thread moves any more, if `answer` (to APPLY or REVERT) says that some do;
 * `verb` is "apply" or "revert". The process's refusal, with its sentence, if the update has
 * not come to that; whatever asking may end with. `note`, of `size` bytes, gets what else
 * there is to say, or "".
 */
int rv_wait_moved(struct rv_client *client, const struct rv_ctl_reader *answer, const char *verb,
                  unsigned timeout_ms, char *note, size_t size, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* The same for whoever knows the update's number, and that it has begun. */
int rv_wait_ended(struct rv_client *client, uint64_t id, const char *verb, unsigned timeout_ms,
                  char *note, size_t size, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* ---- find_agent.c ---- */

/* As rv_client_open, but only the connected socket. */
int rv_agent_connect(int pid, unsigned timeout_ms, int *fd, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* Calls `visit` once for each process of this network namespace that has an agent. */
void rv_agents_each(void (*visit)(int pid, void *context), void *context);

#endif
