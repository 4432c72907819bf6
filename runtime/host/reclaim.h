/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reclaim.h - what reclaim.c offers to the other files of the host; see also host.h.
 */
#ifndef REVECTOR_RECLAIM_H
#define REVECTOR_RECLAIM_H

/* In the child of a fork. Without the core lock. */
void rv_reclaim_in_child(void);

#endif
