/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * context.S - makecontext, and the first and last steps of a context's function.
 *
 * makecontext has any number of arguments, so it is passed on with all registers and
 * the stack as they are; only the function becomes rv_arch_context_entry. That finds
 * the function in r12 and the struct rv_context in r13 (rv_arch_context_pass), tells
 * that the context begins, and jumps to the function. The function returns to
 * context_exit, which tells that it has ended and goes on where it would have returned
 * to: the C library's way to uc_link.
 */
#include "property.inc"

	.text
	.p2align 4
	.globl makecontext
	.type makecontext, @function
makecontext:
	.cfi_startproc
	endbr64
	pushq %rdi
	.cfi_adjust_cfa_offset 8
	pushq %rsi
	.cfi_adjust_cfa_offset 8
	pushq %rdx
	.cfi_adjust_cfa_offset 8
	pushq %rcx
	.cfi_adjust_cfa_offset 8
	pushq %r8
	.cfi_adjust_cfa_offset 8
	pushq %r9
	.cfi_adjust_cfa_offset 8
	pushq %rax
	.cfi_adjust_cfa_offset 8
	call rv_context_make
	movq %rax, %r11
	popq %rax
	.cfi_adjust_cfa_offset -8
	popq %r9
	.cfi_adjust_cfa_offset -8
	popq %r8
	.cfi_adjust_cfa_offset -8
	popq %rcx
	.cfi_adjust_cfa_offset -8
	popq %rdx
	.cfi_adjust_cfa_offset -8
	popq %rsi
	.cfi_adjust_cfa_offset -8
	popq %rdi
	.cfi_adjust_cfa_offset -8
	movq %r11, %rsi
	jmp *rv_libc_makecontext(%rip)
	.cfi_endproc
	.size makecontext, . - makecontext

	.p2align 4
	.globl rv_arch_context_entry
	.hidden rv_arch_context_entry
	.type rv_arch_context_entry, @function
rv_arch_context_entry:
	.cfi_startproc
	.cfi_undefined rip
	endbr64
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %r8
	pushq %r9
	leaq 48(%rsp), %rsi	/* where the function's return address is */
	leaq context_exit(%rip), %rdx
	movq %r13, %rdi
	subq $8, %rsp
	call rv_context_enter
	addq $8, %rsp
	popq %r9
	popq %r8
	popq %rcx
	popq %rdx
	popq %rsi
	popq %rdi
	jmp *%r12
	.cfi_endproc
	.size rv_arch_context_entry, . - rv_arch_context_entry

	/* The first byte is for unwinders, which look at the byte before a return address. */
	.p2align 4
	.type context_exit_frame, @function
context_exit_frame:
	.cfi_startproc
	.cfi_undefined rip
	nop
context_exit:
	endbr64
	call rv_context_exit
	jmp *%rax
	.cfi_endproc
	.size context_exit_frame, . - context_exit_frame

	/* Usable with indirect branch tracking; shadow stacks see context_exit's return. */
	rv_property (RV_PROPERTY_IBT)
