/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.h - the threads of this process, looked at from one of them.
 *
 * Reads /proc only: no signal, no ptrace, nobody is stopped, no system call of
 * anybody returns early. For the reclaimer, one thread at a time.
 *
 * Of memory and descriptors /proc/self shows the main thread's, and nothing any more once that
 * has ended (pthread_exit in main), which no other thread does to the process. Who reads those
 * goes by /proc/thread-self or by a thread's number.
 */
#ifndef REVECTOR_THREADS_H
#define REVECTOR_THREADS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A thread, told apart from later ones with the same number; or a context (contexts.h). */
struct rv_thread_key {
    pid_t tid;      /* negative: a context */
    uint64_t start; /* clock ticks since boot; a context: how many have had the number */
};

struct rv_thread_list {
    struct rv_thread_key *all; /* ascending by number */
    size_t count, capacity;
};

/*
 * All threads that exist when it is called, the caller's too, and perhaps later
 * ones. RV_EBUSY: threads come and go too fast, try again later; RV_EUNREADABLE,
 * RV_ENOMEM.
 */
int rv_threads_list(struct rv_thread_list *list) __attribute__((warn_unused_result));
void rv_threads_free(struct rv_thread_list *list);

enum rv_thread_state {
    RV_THREAD_GONE,
    RV_THREAD_RUNNING,    /* or about to, or blocked in a page fault: registers unknown */
    RV_THREAD_BLOCKED,    /* in a system call */
    RV_THREAD_UNREADABLE, /* the system does not tell */
};

struct rv_thread_view {
    enum rv_thread_state state;
    uintptr_t sp, pc;
    long call;              /* number of the system call, and its arguments */
    uintptr_t arguments[6];
    uintptr_t start, end;   /* of its stack, if known, which sp may be outside of; 0: unknown */
    uint64_t runs;          /* how often it has been given a CPU, or has left one */
    uint64_t changes;       /* how often it has changed stacks */
};

/* Where the thread is at this moment. */
void rv_thread_look(pid_t tid, struct rv_thread_view *view);

/* 1 if the thread has not run between two looks, `before` the earlier one. */
int rv_thread_slept(const struct rv_thread_view *before, const struct rv_thread_view *after);

/* "thread 12 (worker)", or "coroutine 3". */
#define RV_THREAD_TEXT 64
void rv_thread_text(pid_t tid, char text[RV_THREAD_TEXT]);

#endif
