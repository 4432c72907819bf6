/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operation.h - the operation lock: one apply or revert at a time.
 *
 * It guards what operate.h's files remember, too. Outermost, see gate.h.
 */
#ifndef REVECTOR_OPERATION_H
#define REVECTOR_OPERATION_H

void rv_operation_lock(void);

/* 1, or 0 if somebody has it, be it the calling thread, which is in a patch's hook. */
int rv_operation_try(void);

void rv_operation_unlock(void);

/* 1 if the calling thread has it: it moves the others. Also in a method fault. */
int rv_operation_is_mine(void);

void rv_operation_in_child(void); /* after fork */

#endif
