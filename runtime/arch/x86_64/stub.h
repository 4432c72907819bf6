/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.h - translated calls on x86-64 (System V ABI), AT&T syntax.
 *
 * The contract is in runtime/arch/stub.h. r10 and r11 are free at a call: r10 is
 * the static chain, which C does not use (a function that does is not
 * translated), r11 is the linker's own scratch register. rv_fault finds entry 0
 * of the leaf table in r10 and the index in r11.
 */
#ifndef REVECTOR_ARCH_X86_64_STUB_H
#define REVECTOR_ARCH_X86_64_STUB_H

#include "arch_cpu.h"

#define RV_STUB_CPU "x86_64"

#define RV_STUB_WALK(slot, offset) "movq " slot "(%rip), %r10\n\tjmpq *" offset "(%r10)"

#define RV_STUB_LEAF(leaf, offset) "jmpq *" leaf "+" offset "(%rip)"

/* 14 bytes, or 6: in one line of instruction fetch. */
#define RV_STUB_WALK_ALIGN 16
#define RV_STUB_LEAF_ALIGN 8

#define RV_STUB_FAULT(leaf, header, index, fault)                                                  \
    "leaq " header "+" leaf "(%rip), %r10\n\t"                                                     \
    "movl $$" index ", %r11d\n\t"                                                                  \
    "jmpq *" fault "@gotpcrel(%rip)"

#endif
