/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch_cpu.h - x86-64: what ../arch.h asks for; the constants for assembler too.
 */
#ifndef REVECTOR_ARCH_CPU_H
#define REVECTOR_ARCH_CPU_H

#define RV_ARCH_NAME       "x86_64"
#define RV_ARCH_RED_ZONE   128
#define RV_ARCH_SIGNAL_SP  168 /* return address, then uc_mcontext.gregs[REG_RSP] of ucontext_t */
#define RV_ARCH_FAULT_STEP 16 /* as fault.S aligns them */

#ifndef __ASSEMBLER__
#include <stdint.h>

#define RV_ARCH_HAS_SPILL
static inline __attribute__((always_inline)) void
rv_arch_spill(void (*call)(void *argument, uintptr_t sp), void *argument)
{
    uint64_t kept[6];
    __asm__ volatile("movq %%rbx, 0(%0)\n\tmovq %%rbp, 8(%0)\n\tmovq %%r12, 16(%0)\n\t"
                     "movq %%r13, 24(%0)\n\tmovq %%r14, 32(%0)\n\tmovq %%r15, 40(%0)"
                     :
                     : "r"(kept)
                     : "memory");
    call(argument, (uintptr_t)kept);
    __asm__ volatile("" : : "r"(kept) : "memory");
}
#endif

#endif
