/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * root.S - the process's root directory.
 *
 * Only data, and the same for every 64-bit ELF machine. It is written in assembler
 * so that it is whole before any constructor runs. The root's first page holds its
 * table header and is part of the file; the rest is zero pages that nobody touches
 * but for the units in use. root.ld puts one behind the other.
 */

	.section .rvroot.head, "aw", @progbits
	.p2align 12
	.globl rv_root_table
	.hidden rv_root_table
	.type rv_root_table, @object
	.size rv_root_table, 24
rv_root_table:			/* struct tw_table */
	.long 1 << 20		/* capacity */
	.long 0			/* used */
	.long 1			/* refs */
	.byte 1			/* level */
	.byte 1			/* flags: TW_TABLE_BORROWED */
	.short 0
	.quad 0			/* owner */
	.globl rv_root
	.hidden rv_root
	.type rv_root, @object
	.size rv_root, 8 << 20
rv_root:
	.zero 4096 - 24

	.section .rvroot.tail, "aw", @nobits
	.zero 8 << 20		/* the last 24 bytes less than a page are not used */

	.section .note.GNU-stack, "", @progbits
