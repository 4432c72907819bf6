/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apply.h - what apply.c offers to the other files of the host; see also host.h.
 */
#ifndef REVECTOR_APPLY_H
#define REVECTOR_APPLY_H

/*
 * Updates that have ended hand over their code to the garbage, and are forgotten
 * once that is collected. Without locks; does nothing while an apply is under way.
 */
void rv_apply_settle(void);

/* One step of the update that is under way. 0: none is; else *wait_ms until the next. */
int rv_apply_go_on(unsigned *wait_ms);

#endif
