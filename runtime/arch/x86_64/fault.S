/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.S - rv_fault: where a call lands whose entry is not present.
 *
 * Entered as the method itself would be: arguments in registers and on the
 * stack, al the number of vector registers of a variadic call; r10 is entry 0 of
 * the leaf table that the call went through, r11 the index there. Asks
 * rv_fault_handle where to go on, and goes there with all of that as it was but for
 * r10 and r11, which are free. The frame is described throughout, so that a backtrace out of the handler leads to
 * the caller.
 */
#include "fault_state.h"
#include "property.inc"

	.text
	.p2align 4
	.globl rv_fault
	.protected rv_fault
	.type rv_fault, @function
rv_fault:
	.cfi_startproc
	endbr64
	pushq %rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	movq %rsp, %rbp
	.cfi_def_cfa_register rbp
	pushq %rax
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11

	cmpl $RV_STATE_UNKNOWN, RV_STATE_KIND + rv_fault_state(%rip)
	jne 1f
	call rv_fault_state_init	/* leaves the vector registers alone */
1:	subq RV_STATE_SIZE + rv_fault_state(%rip), %rsp
	andq $-64, %rsp
	movl RV_STATE_MASK + rv_fault_state(%rip), %eax
	xorl %edx, %edx
	cmpl $RV_STATE_XSAVE, RV_STATE_KIND + rv_fault_state(%rip)
	jb 2f
	/* The header must be zero but for what the instruction itself writes. */
	movq %rdx, 512(%rsp)
	movq %rdx, 520(%rsp)
	movq %rdx, 528(%rsp)
	movq %rdx, 536(%rsp)
	movq %rdx, 544(%rsp)
	movq %rdx, 552(%rsp)
	movq %rdx, 560(%rsp)
	movq %rdx, 568(%rsp)
	ja 3f
	xsave (%rsp)
	jmp 4f
2:	fxsave (%rsp)
	jmp 4f
3:	xsavec (%rsp)

4:	movq -64(%rbp), %rdi
	movl -72(%rbp), %esi
	cld
	call rv_fault_handle
	.globl rv_fault_chosen
	.hidden rv_fault_chosen
rv_fault_chosen:
	movq %rax, %r11
	/* Whoever looks for the table on stacks must not find what is left of this frame. */
	movq $0, -64(%rbp)

	movl RV_STATE_MASK + rv_fault_state(%rip), %eax
	xorl %edx, %edx
	cmpl $RV_STATE_XSAVE, RV_STATE_KIND + rv_fault_state(%rip)
	jb 5f
	xrstor (%rsp)
	jmp 6f
5:	fxrstor (%rsp)
6:	movq -8(%rbp), %rax
	movq -16(%rbp), %rdi
	movq -24(%rbp), %rsi
	movq -32(%rbp), %rdx
	movq -40(%rbp), %rcx
	movq -48(%rbp), %r8
	movq -56(%rbp), %r9
	xorl %r10d, %r10d
	leave
	.cfi_def_cfa rsp, 8
	jmp *%r11
	.cfi_endproc
	.size rv_fault, . - rv_fault

	/* RV_ARCH_FAULT_STEP apart. A frame like that of a function's first instruction. */
	.p2align 4
	.globl rv_fault_thunks
	.protected rv_fault_thunks
	.type rv_fault_thunks, @function
rv_fault_thunks:
	.cfi_startproc
	.set index, 0
	.rept 4096
	endbr64
	movl $index, %r11d
	jmp rv_fault
	.p2align 4
	.set index, index + 1
	.endr
	.cfi_endproc
	.size rv_fault_thunks, . - rv_fault_thunks

	rv_property (RV_PROPERTY_IBT | RV_PROPERTY_SHSTK)
