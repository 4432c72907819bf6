/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * examine.h - what has a thread in hand?
 *
 * Reads /proc only: no signal, no ptrace, nobody is stopped, no system call of
 * anybody returns early. Why that is enough: core/UPDATES.md, "Why looking works".
 * One at a time: between rv_examine_begin and rv_examine_end nobody else examines.
 */
#ifndef REVECTOR_EXAMINE_H
#define REVECTOR_EXAMINE_H

#include "scan.h"
#include <sys/types.h>

enum rv_verdict {
    RV_VERDICT_SEEN,       /* it was blocked, and all its words were seen */
    RV_VERDICT_GONE,       /* it has ended */
    RV_VERDICT_RUNNING,    /* it runs, so nobody can say */
    RV_VERDICT_UNREADABLE, /* the system does not let us look */
};

/* 0 at once if somebody else is examining; else 1, and rv_examine_end is due. */
int rv_examine_begin(void);
void rv_examine_end(void);
void rv_examine_in_child(void); /* after fork */

/* What to look for; replaces what was before. RV_ENOMEM, RV_EUNREADABLE. */
int rv_examine_for(const struct rv_piece *pieces, size_t count) __attribute__((warn_unused_result));

/*
 * Looks at another thread. SEEN: where[n] says what of it points into piece n, as
 * struct rv_scan has it; good until the next call.
 */
enum rv_verdict rv_examine_thread(pid_t tid, const uintptr_t **where);

/*
 * The same, several times in a row while the thread runs: one that hardly ever rests is
 * caught at it only by looking often.
 */
enum rv_verdict rv_examine_often(pid_t tid, const uintptr_t **where);

/* The same for the calling thread, from `sp` on; 0: it has nothing in hand. */
enum rv_verdict rv_examine_self(uintptr_t sp, const uintptr_t **where);

#endif
