/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blocked.h - what a blocked thread waits for, for people: that is what somebody can free it by.
 */
#ifndef REVECTOR_BLOCKED_H
#define REVECTOR_BLOCKED_H

#include <stddef.h>

#include "threads.h"

#define RV_BLOCKED_TEXT 176

/*
 * "in read of descriptor 7 (socket:[4711])", "in futex (a lock or a condition)", or, of a call
 * that has no name here, "in system call 424"; empty if thread `tid` is not blocked. Any thread,
 * no lock; the descriptor may have been closed meanwhile.
 */
void rv_blocked_text(pid_t tid, const struct rv_thread_view *view, char text[RV_BLOCKED_TEXT]);

#endif
