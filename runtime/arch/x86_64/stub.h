/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.h - translated calls on x86-64 (System V ABI), AT&T syntax.
 *
 * The contract is in runtime/arch/stub.h. r10 and r11 are free at a call: r10 is
 * the static chain, which C does not use (a function that does is not
 * translated), r11 is the linker's own scratch register.
 */
#ifndef REVECTOR_ARCH_X86_64_STUB_H
#define REVECTOR_ARCH_X86_64_STUB_H

#define RV_STUB_CPU "x86_64"

#define RV_STUB_WALK(record, slot, view, offset)    \
    "leaq " record "(%rip), %r10\n\t"               \
    "movq " slot "(%rip), %r11\n\t"                 \
    "addq %fs:" view "@tpoff, %r11\n\t"             \
    "movq (%r11), %r11\n\t"                         \
    "jmpq *" offset "(%r11)"

/* The linker turns the first load into an immediate when it makes an executable. */
#define RV_STUB_WALK_PIC(record, slot, view, offset) \
    "movq " view "@gottpoff(%rip), %r11\n\t"         \
    "leaq " record "(%rip), %r10\n\t"                \
    "movq %fs:(%r11), %r11\n\t"                      \
    "addq " slot "(%rip), %r11\n\t"                  \
    "movq (%r11), %r11\n\t"                          \
    "jmpq *" offset "(%r11)"

#define RV_STUB_LEAF(leaf, offset) "jmpq *" leaf "+" offset "(%rip)"

#define RV_STUB_FAULT(record, fault)  \
    "leaq " record "(%rip), %r10\n\t" \
    "jmpq *" fault "@gotpcrel(%rip)"

#endif
