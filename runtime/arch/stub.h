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
 *   RV_STUB_WALK(slot, view, offset)
 *       Walk and jump, leaving the address of the directory slot where rv_fault
 *       expects it. slot: the unit's struct rv_slot, near the code. view: symbol of
 *       rv_view, at a link-time constant offset from the thread pointer
 *       (executables). offset: 8 * index, in bytes.
 *   RV_STUB_WALK_PIC(slot, view, offset)
 *       The same where rv_view's offset is only known when the image is loaded.
 *   RV_STUB_WALK_ALIGN, RV_STUB_LEAF_ALIGN
 *       To what the stubs' addresses are best aligned, in bytes.
 *   RV_STUB_LEAF(leaf, offset)
 *       Jump through the entry at leaf + offset, near the code.
 *   RV_STUB_FAULT(slot, index, fault)
 *       What a not-present entry of a `leaf` unit leads to: rv_fault, with the
 *       index and, in place of a directory slot, `boot` of the unit's rv_slot.
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

#if !defined(RV_STUB_CPU) || !defined(RV_STUB_WALK) || !defined(RV_STUB_WALK_PIC) ||               \
    !defined(RV_STUB_LEAF) || !defined(RV_STUB_FAULT) || !defined(RV_STUB_WALK_ALIGN) ||           \
    !defined(RV_STUB_LEAF_ALIGN)
#error "runtime/arch/<cpu>/stub.h is incomplete"
#endif

#endif
