/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.S - calls a method with every argument register set, and looks at
 * them where the call arrives.
 *
 * registers_call(set, got, level): loads all of `set`, calls the method `probe`,
 * whose body stores what it finds to `got`. level: 0 xmm, 1 ymm, 2 zmm and masks.
 * struct registers in unit_fault.c has the layout.
 */
	.text
	.globl registers_call
	.type registers_call, @function
registers_call:
	.cfi_startproc
	endbr64
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	pushq %rbx
	.cfi_offset %rbx, -24
	pushq %r12
	.cfi_offset %r12, -32
	movq %rsi, registers_got(%rip)
	movl %edx, registers_level(%rip)
	movq %rdi, %rbx
	movq %rbx, %r12
	cmpl $1, registers_level(%rip)
	ja 3f
	je 2f
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	movdqu 64 + 64*\n(%rbx), %xmm\n
	.endr
	jmp 4f
2:	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	vmovdqu 64 + 64*\n(%rbx), %ymm\n
	.endr
	jmp 4f
3:	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	vmovdqu64 64 + 64*\n(%rbx), %zmm\n
	.endr
	.irp n, 0,1,2,3,4,5,6,7
	kmovq 2112 + 8*\n(%rbx), %k\n
	.endr
4:	pushq 8*7(%rbx)			/* an argument on the stack */
	pushq 8*7(%rbx)
	movq 8*0(%rbx), %rax
	movq 8*1(%rbx), %rdi
	movq 8*2(%rbx), %rsi
	movq 8*3(%rbx), %rdx
	movq 8*4(%rbx), %rcx
	movq 8*5(%rbx), %r8
	movq 8*6(%rbx), %r9
	call probe
	addq $16, %rsp
	movq %r12, %rax
	subq %rbx, %rax			/* callee-saved ones are as they were: 0 */
	popq %r12
	popq %rbx
	popq %rbp
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size registers_call, . - registers_call

	.globl probe_body
	.type probe_body, @function
probe_body:
	.cfi_startproc
	endbr64
	movq registers_got(%rip), %r11
	movq %rax, 8*0(%r11)
	movq %rdi, 8*1(%r11)
	movq %rsi, 8*2(%r11)
	movq %rdx, 8*3(%r11)
	movq %rcx, 8*4(%r11)
	movq %r8, 8*5(%r11)
	movq %r9, 8*6(%r11)
	movq 8(%rsp), %rax
	movq %rax, 8*7(%r11)
	movq %r10, registers_leaf(%rip)
	cmpl $1, registers_level(%rip)
	ja 3f
	je 2f
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	movdqu %xmm\n, 64 + 64*\n(%r11)
	.endr
	jmp 4f
2:	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	vmovdqu %ymm\n, 64 + 64*\n(%r11)
	.endr
	vzeroupper
	jmp 4f
3:	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	vmovdqu64 %zmm\n, 64 + 64*\n(%r11)
	.endr
	.irp n, 0,1,2,3,4,5,6,7
	kmovq %k\n, 2112 + 8*\n(%r11)
	.endr
	vzeroupper
4:	ret
	.cfi_endproc
	.size probe_body, . - probe_body

	/* registers_spoil(level): zeroes what a function may change. */
	.globl registers_spoil
	.type registers_spoil, @function
registers_spoil:
	.cfi_startproc
	endbr64
	cmpl $1, %edi
	ja 3f
	je 2f
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	pxor %xmm\n, %xmm\n
	.endr
	jmp 4f
3:	.irp n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	vpxorq %zmm\n, %zmm\n, %zmm\n
	.endr
	.irp n, 0,1,2,3,4,5,6,7
	kxorq %k\n, %k\n, %k\n
	.endr
2:	vzeroall
4:	xorl %edi, %edi
	xorl %esi, %esi
	xorl %edx, %edx
	xorl %ecx, %ecx
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	xorl %r10d, %r10d
	xorl %r11d, %r11d
	ret
	.cfi_endproc
	.size registers_spoil, . - registers_spoil

	.local registers_got
	.comm registers_got, 8, 8
	.local registers_level
	.comm registers_level, 4, 4
	.globl registers_leaf
	.bss
	.p2align 3
registers_leaf:
	.quad 0

	.section .note.GNU-stack, "", @progbits
