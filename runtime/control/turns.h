/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turns.h - let a question and its answer through on a machine whose CPUs are busy.
 */
#ifndef REVECTOR_CONTROL_TURNS_H
#define REVECTOR_CONTROL_TURNS_H

/*
 * Ask that the calling thread gets short turns: since Linux 6.12 one that says so
 * is let on sooner when it wakes up. Not more time, and no privilege. Where it is
 * refused or not known, or the thread has another policy, nothing changes.
 */
void rv_ctl_short_turns(void);

#endif
