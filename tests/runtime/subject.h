/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subject.h - the program that the tests of the host update: themselves.
 *
 * subject.c is linked into each of them. Its methods, by ordinal, and what their
 * first bodies do; patch.c has the new ones.
 */
#ifndef SUBJECT_H
#define SUBJECT_H

#include "revector/revector.h"
#include <stdint.h>

int answer(int x);     /* 0: x + 1 */
int count_up(int x);   /* 1: x + counter; adds 1 to `counter` */
int wait_in(int pipe); /* 2: returns at once; the patch reads a byte from the pipe first */

/*
 * 3, 4: replaced together by the patches "first" and "second"; outer() calls inner(). Each
 * sets bit 0 of `seen`, in those patches bit 1 or 2: more than one bit is a mixed call.
 */
struct subject_call {
    volatile uint32_t seen, inside; /* inside: a signal handler would be part of the call */
};
void outer(struct subject_call *call);
void inner(struct subject_call *call);

extern int64_t counter; /* data 0 */

/*
 * Writes the patch of this KIND (see CMakeLists.txt) with its trailer to a new file
 * at `path`. It is for this program; "library" is for the ones of library.c.
 */
void subject_patch(const char *kind, const char *path);

/* For what is about calls, whoever is in the patch meanwhile. */
extern const struct rv_apply_options per_call;

/* The directory slot of the unit of these methods. */
uint64_t *subject_slot(void);

/* 1 if something whose name contains `text` is mapped. */
int subject_has_mapped(const char *text);

/* 1 if any mapping holds this address. */
int subject_is_mapped(const void *address);

/*
 * The complement of an address in the code of a patch whose path contains `text`, the one that
 * is mapped highest or lowest: the address itself would keep the patch loaded wherever it was
 * left. 0: there is none.
 */
enum subject_which { SUBJECT_HIGHEST, SUBJECT_LOWEST };
uintptr_t subject_hidden_code(const char *text, enum subject_which which);

/* How many patches the dynamic linker has been given so far; with sanitizers always 0. */
unsigned subject_loads(void);

/* Overwrites what earlier calls have left on the stack. */
void subject_sweep_stack(void);

/* Kilobytes. */
long subject_rss(void);

/* 1 where a sanitizer makes figures of memory meaningless. */
int subject_is_sanitized(void);

/* Returns when a thread of ours, or a child of one, waits for something to read from it. */
void subject_until_read(int fd);

/* Calls rv_reclaim() until nothing is left or about `ms` milliseconds have passed. */
void subject_reclaim(int ms);

/* A cmocka teardown: no update is in force, and nothing of one is left. */
int subject_clean(void **state);

#endif
