/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process.h - what /proc says about processes, and which one TARGET means.
 *
 * Reads only. Answers may be out of date when they arrive: processes end. What
 * counts is decided by the kernel later, on the agent's socket.
 */
#ifndef REVECTOR_CTL_PROCESS_H
#define REVECTOR_CTL_PROCESS_H

#include <limits.h>
#include <stddef.h>

#include "command.h"

/*
 * The one process that `word` names: a pid, or the name of a program (its file's
 * base name, its thread name or its argv[0]). RV_ENOPROCESS; RV_EAMBIGUOUS:
 * several, `reason` lists them.
 */
int rv_process_find(const char *word, int *pid, struct rv_reason *reason)
    __attribute__((warn_unused_result));

/* Processes; zeroed: none. */
struct rv_pids {
    int *all;
    size_t count, room;
};

/* All that `word` names, which are several for a name at most. RV_ENOPROCESS, RV_ENOMEM. */
int rv_process_all(const char *word, struct rv_pids *pids, struct rv_reason *reason)
    __attribute__((warn_unused_result));
void rv_process_free(struct rv_pids *pids);

/* Whether the word can only be a pid. */
int rv_process_is_number(const char *word);

/* A name to show; "?" if there is none. */
void rv_process_name(int pid, char *name, size_t size);

/* The pid that the process has in its own eyes. RV_ENOPROCESS. */
int rv_process_inner_pid(int pid, long *inner) __attribute__((warn_unused_result));

/* How long ago it was started, in milliseconds, to a hundredth of a second; if unknown, much. */
unsigned long long rv_process_age(int pid);

/* Whether a signal or a debugger has stopped it. */
int rv_process_is_stopped(int pid);

/*
 * "; its limit of open files (ulimit -n) is 4, which may be too few for its agent", if that may
 * be so; else "". For a sentence about a process that does not answer.
 */
#define RV_SHORTAGE_TEXT 128
void rv_process_shortage(int pid, char text[RV_SHORTAGE_TEXT]);

/*
 * Whose folder in /proc shows memory, files and namespaces of the process: its own, or, when its
 * main thread has ended (pthread_exit in main) and others go on, that of one of those.
 */
int rv_process_shown(int pid);

/* Whether a process is there; one that has ended, or is about to and has no memory left, is not. */
int rv_process_exists(int pid);

/*
 * Whether it is there, and is still what `word` names: a child that has just been forked has its
 * parent's name until it becomes another program.
 */
int rv_process_is_still(int pid, const char *word);

/*
 * Calls `visit` once for each file that is mapped as code, the program's own
 * first, with a path that can be opened even if the process has another root or
 * the file was deleted (/proc/PID/map_files, else /proc/PID/root/...), and the
 * name to show. Non-zero ends the tour and is returned. RV_ENOPROCESS,
 * RV_EPERMISSION.
 */
int rv_process_files(int pid, int (*visit)(const char *path, const char *name, void *context),
                     void *context);

#endif
