/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch_cpu.h - x86-64: what ../arch.h asks for; the constants for assembler too.
 */
#ifndef REVECTOR_ARCH_CPU_H
#define REVECTOR_ARCH_CPU_H

#define RV_ARCH_NAME     "x86_64"
#define RV_ARCH_RED_ZONE 128
/* Return address, then ucontext_t: to uc_mcontext.gregs[REG_RSP], and to behind all of gregs. */
#define RV_ARCH_SIGNAL_SP        168
#define RV_ARCH_SIGNAL_REGISTERS 232
/* To REG_CSGSFS, whose low half-word is the code segment of 64-bit programs in a real frame. */
#define RV_ARCH_SIGNAL_MARK      192
#define RV_ARCH_SIGNAL_MARK_BITS 0xffffu
#define RV_ARCH_SIGNAL_MARK_IS   0x33u
/*
 * A thread's stack ends where its control block begins, to which %fs:0 points: struct pthread
 * of the GNU C library has its own address at 0 and at SELF, and the thread's number at TID.
 */
#define RV_ARCH_TCB_SELF   16
#define RV_ARCH_TCB_TID    720
#define RV_ARCH_TCB_SPAN   4096 /* the block, and no more than the stack's last page */
#define RV_ARCH_FAULT_STEP 16 /* as fault.S aligns them */

#ifndef __ASSEMBLER__
#include <stdint.h>

#define RV_ARCH_HAS_CONTEXT
static inline void rv_arch_context_pass(void *context, uint64_t function, uint64_t argument)
{
    uint64_t *registers = (uint64_t *)context + 5; /* uc_mcontext.gregs of ucontext_t */
    registers[4] = function;                       /* REG_R12 */
    registers[5] = argument;                       /* REG_R13 */
}

/* uc_mcontext.gregs of ucontext_t again: REG_RIP, REG_RSP. */
static inline uintptr_t rv_arch_context_pc(const void *context)
{
    return ((const uint64_t *)context + 5)[16];
}

static inline uintptr_t rv_arch_context_caller(const void *context)
{
    return *(const uint64_t *)((const uint64_t *)context + 5)[15];
}

static inline int rv_arch_has_shadow_stack(void)
{
    uint64_t top = 0;
    __asm__ volatile("rdsspq %0" : "+r"(top)); /* does nothing where there is none */
    return top != 0;
}

/*
 * Whether the `size` bytes at `code` can be an indirect near call: FF /2 and an address in one
 * of the forms that ModR/M and SIB have. Intel SDM, volume 2, "CALL" and tables 2-2 and 2-3.
 */
static inline int rv_arch_is_indirect_call(const unsigned char *code, uintptr_t size)
{
    const unsigned mod = code[1] >> 6, rm = code[1] & 7;
    const unsigned has_sib = mod != 3 && rm == 4;
    unsigned distance = mod == 1 ? 1 : mod == 2 ? 4 : 0;

    if (code[0] != 0xff || (code[1] >> 3 & 7) != 2 || size < 2 + has_sib)
        return 0;
    if (mod == 0 && (has_sib ? code[2] & 7 : rm) == 5)
        distance = 4;
    return size == 2 + has_sib + distance;
}

/* A direct near call is E8 and a distance. Prefixes come before what is looked at. */
#define RV_ARCH_CALL_MAX 7
static inline int rv_arch_is_behind_call(const unsigned char *code, uintptr_t room)
{
    if (room >= 5 && code[-5] == 0xe8)
        return 1;
    for (uintptr_t size = 2; size <= RV_ARCH_CALL_MAX && size <= room; size++)
        if (rv_arch_is_indirect_call(code - size, size))
            return 1;
    return 0;
}

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
