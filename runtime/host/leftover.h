/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leftover.h - who is still inside a function that has been replaced?
 *
 * An update with `call` consistency asks no thread before it is committed. So a thread
 * that is inside a replaced function goes on in old code until that returns, and main
 * or an event loop never does. This is a look at the threads behind the commit: it
 * changes nothing, blocks nobody and may fail without harm.
 */
#ifndef REVECTOR_LEFTOVER_H
#define REVECTOR_LEFTOVER_H

#include <stdint.h>
#include <sys/types.h>

struct rv_leftover {
    uint32_t update;    /* which replaced it; 0: nobody can say, see `runs` */
    pid_t thread;
    const char *method; /* good during the visit */
    int runs; /* that is why nobody can say; else the system does not let us look */
    int is_endless; /* it never returns from there, as far as the compiler could see */
};

/*
 * Calls `visit` for each pair of an old function and a thread that is inside it, for all
 * committed updates of that kind, until it returns non-zero. What a thread has on its
 * stack is read as examine.h does, so a word that only looks like a return address
 * counts, too. Any thread that may block, no lock held; not of a thread that runs methods
 * itself. RV_EBUSY: somebody else is looking at the threads; RV_EUNREADABLE, RV_ENOMEM.
 */
int rv_leftovers_each(int (*visit)(const struct rv_leftover *leftover, void *context),
                      void *context) __attribute__((warn_unused_result));

#endif
