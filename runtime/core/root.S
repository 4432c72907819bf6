/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * root.S - the process's root directory and the leaf table that always faults.
 *
 * Only data, and the same for every 64-bit ELF machine. It is written in assembler
 * so that slot 0 leads to the fault leaf as soon as this library is relocated,
 * before any constructor runs: a malloc that is a method of the program may be
 * called by the first constructor of all. The root's first page holds its table
 * header and is part of the file; the rest is zero pages that nobody touches but
 * for the units in use. root.ld puts one behind the other.
 */
#include "arch_cpu.h"

	.section .rvroot.head, "aw", @progbits
	.p2align 12
	.globl rv_root_table
	.hidden rv_root_table
	.type rv_root_table, @object
	.size rv_root_table, 16
rv_root_table:			/* struct tw_table */
	.long 1 << 20		/* capacity */
	.long 1			/* used */
	.long 1			/* refs */
	.byte 1			/* level */
	.byte 1			/* flags: TW_TABLE_BORROWED */
	.short 0
	.globl rv_root
	.hidden rv_root
	.type rv_root, @object
	.size rv_root, 8 << 20
rv_root:
	.quad rv_fault_leaf
	.zero 4096 - 16 - 8

	.section .rvroot.tail, "aw", @nobits
	.zero 8 << 20		/* the last 16 bytes less than a page are not used */

	.section .data.rel.ro.rv_fault_leaf, "aw", @progbits
	.p2align 4
	.long 4096		/* capacity */
	.long 0			/* used: no entry was ever anything but the fault */
	.long 1			/* refs: slot 0 */
	.byte 0			/* level */
	.byte 1			/* flags */
	.short 0
	.globl rv_fault_leaf
	.protected rv_fault_leaf
	.type rv_fault_leaf, @object
	.size rv_fault_leaf, 8 * 4096
rv_fault_leaf:
	.set index, 0
	.rept 4096
	.quad rv_fault_thunks + index * RV_ARCH_FAULT_STEP
	.set index, index + 1
	.endr

	.section .note.GNU-stack, "", @progbits
