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

/*
 * The operation lock: one apply or revert at a time; it guards what operate.h's files
 * remember too. Outermost, see gate.h. try: 1, or 0 if somebody has it.
 */
void rv_operation_lock(void);
int rv_operation_try(void);
void rv_operation_unlock(void);

/* One step of the update that is under way. 0: none is; else *wait_ms until the next. */
int rv_apply_go_on(unsigned *wait_ms);

/* 1 if the calling thread is the one that moves the others. Also in a method fault. */
int rv_apply_is_mine(void);

/* In the child of a fork, before anything else. */
void rv_apply_in_child(void);

#endif
