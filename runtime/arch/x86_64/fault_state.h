/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault_state.h - how rv_fault saves the vector registers; for C and assembler.
 *
 * Arguments travel in xmm, ymm, zmm and mask registers, so all of them are kept,
 * by the best instruction that CPU and system have, as a dynamic linker does in
 * its lazy binding. x87 registers hold no arguments; their stack is empty at a
 * call.
 */
#ifndef REVECTOR_FAULT_STATE_H
#define REVECTOR_FAULT_STATE_H

#define RV_STATE_UNKNOWN 0 /* rv_fault_state_init has not run */
#define RV_STATE_FXSAVE  1
#define RV_STATE_XSAVE   2
#define RV_STATE_XSAVEC  3

/* Offsets in struct rv_fault_state. */
#define RV_STATE_KIND 0
#define RV_STATE_MASK 4
#define RV_STATE_SIZE 8

#ifndef __ASSEMBLER__
#include <stdint.h>

struct rv_fault_state {
    uint32_t kind;
    uint32_t mask; /* state components, as in XCR0 */
    uint64_t size; /* bytes of the save area */
};

extern struct rv_fault_state rv_fault_state;

/* Asks the CPU. Called by the first rv_fault, which may be in any thread; repeating it is harmless.
 */
void rv_fault_state_init(void);
#endif

#endif
