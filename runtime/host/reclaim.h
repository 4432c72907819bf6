/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reclaim.h - what reclaim.c offers to the other files of the host; see also host.h.
 */
#ifndef REVECTOR_RECLAIM_H
#define REVECTOR_RECLAIM_H

#include <sys/types.h>

/*
 * In the child of a fork: of the parent's threads only the one that was `before` is here.
 * Without the core lock.
 */
void rv_reclaim_in_child(pid_t before);

#endif
