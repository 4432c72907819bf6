/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.h - translated calls on x86-64 (System V ABI), AT&T syntax.
 *
 * The contract is in runtime/arch/stub.h. r10 and r11 are free at a call: r10 is
 * the static chain, which C does not use (a function that does is not
 * translated), r11 is the linker's own scratch register. rv_fault finds the
 * directory slot in r10 and the index in r11.
 */
#ifndef REVECTOR_ARCH_X86_64_STUB_H
#define REVECTOR_ARCH_X86_64_STUB_H

#define RV_STUB_CPU "x86_64"

#define RV_STUB_WALK(slot, view, offset)                                                           \
    "movq " slot "(%rip), %r10\n\t"                                                                \
    "addq %fs:" view "@tpoff, %r10\n\t"                                                            \
    "movq (%r10), %r11\n\t"                                                                        \
    "jmpq *" offset "(%r11)"

/* The linker turns the first load into an immediate when it makes an executable. */
#define RV_STUB_WALK_PIC(slot, view, offset)                                                       \
    "movq " view "@gottpoff(%rip), %r11\n\t"                                                       \
    "movq " slot "(%rip), %r10\n\t"                                                                \
    "addq %fs:(%r11), %r10\n\t"                                                                    \
    "movq (%r10), %r11\n\t"                                                                        \
    "jmpq *" offset "(%r11)"

/*
 * A stub in one 32-byte line is fetched at once: 26 bytes, or 6. On Lua that made
 * 0.08 of a plain build's time (Xeon, family 6, model 143).
 */
#define RV_STUB_WALK_ALIGN 32
#define RV_STUB_LEAF_ALIGN 8

#define RV_STUB_LEAF(leaf, offset) "jmpq *" leaf "+" offset "(%rip)"

#define RV_STUB_FAULT(slot, index, fault)                                                          \
    "leaq 8+" slot "(%rip), %r10\n\t"                                                              \
    "movl $$" index ", %r11d\n\t"                                                                  \
    "jmpq *" fault "@gotpcrel(%rip)"

#endif
