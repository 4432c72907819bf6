/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate.h - keeps forks apart from what we do with the dynamic linker.
 *
 * The C library does not mend the dynamic linker's lock in the child of a fork:
 * a child made while another thread is in dlopen can never call dlopen again. So
 * whatever the runtime does there of its own accord, it does inside the gate, and
 * a fork waits at it. Not for constructors and destructors: their thread has the
 * dynamic linker's lock already.
 *
 * Lock order: operation or examiner, gate, dynamic linker, core.
 */
#ifndef REVECTOR_GATE_H
#define REVECTOR_GATE_H

void rv_gate_enter(void);
void rv_gate_leave(void);

/*
 * Around a fork, in its thread. Waits for whoever is inside, but not for ever: a
 * constructor that forks may be what that thread waits for.
 */
void rv_gate_before_fork(void);
void rv_gate_after_fork(void);
void rv_gate_in_child(void);

#endif
