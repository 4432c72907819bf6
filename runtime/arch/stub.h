/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.h - the machine code of a translated call, as text: what a CPU must supply.
 *
 * One folder per CPU defines, in its stub.h, the macros below. Their arguments
 * are strings: the way the user spells an operand (the compiler plugin: operands
 * of inline assembler; bench/: symbols in file-scope assembler). Used at compile
 * time only; nothing here is called.
 *
 *   RV_STUB_CPU                           name of the CPU in a target triple
 *   RV_ARCH_FAULT_STEP                    as arch.h says
 *   RV_STUB_WALK(slot, offset)
 *       Load the leaf table from the unit's struct rv_slot, which is near the code,
 *       and jump through its entry, leaving the table where rv_fault expects it.
 *       offset: 8 * index, in bytes.
 *   RV_STUB_LEAF(leaf, offset)
 *       Jump through the entry at leaf + offset, near the code.
 *   RV_STUB_WALK_ALIGN, RV_STUB_LEAF_ALIGN
 *       To what the stubs' addresses are best aligned, in bytes.
 *   RV_STUB_FAULT(leaf, header, index, fault)
 *       What a not-present entry of a `leaf` unit leads to: rv_fault, with the
 *       table behind its header and the index, as a walk would leave them.
 *
 * Every text keeps all argument registers, the stack, and whatever else the
 * calling convention passes through a call; it may use only the registers that
 * the convention leaves free between a call and the callee's first instruction.
 * A landing pad, where the target wants one, is added by the user.
 */
#ifndef REVECTOR_ARCH_STUB_H
#define REVECTOR_ARCH_STUB_H

#if defined(__x86_64__)
#include "runtime/arch/x86_64/stub.h"
#else
#error "no stub text for this CPU: add runtime/arch/<cpu>/stub.h"
#endif

#if !defined(RV_STUB_CPU) || !defined(RV_STUB_WALK) || !defined(RV_STUB_LEAF) ||                   \
    !defined(RV_STUB_FAULT) || !defined(RV_STUB_WALK_ALIGN) || !defined(RV_STUB_LEAF_ALIGN)
#error "runtime/arch/<cpu>/stub.h is incomplete"
#endif

#endif
