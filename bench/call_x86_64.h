/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_x86_64.h - call sites as text, as the compiler and the plugin emit them on
 * x86-64. The stubs' own text is the plugin's: runtime/arch/stub.h.
 *
 * A file for another CPU defines the same macros.
 */
#ifndef BENCH_CALL_X86_64_H
#define BENCH_CALL_X86_64_H

#define CALL(symbol)     "callq " symbol
#define CALL_PLT(symbol) "callq " symbol "@PLT"
#define CALL_AT(word)    "callq *" word "(%rip)"

/* Place `inline` of translation `walk`; compare the plugin's output. */
#define CALL_WALK(slot, offset) "movq " slot "(%rip), %r10\n\tcallq *" offset "(%r10)"

#define RETURN "retq"

/* A function (uint64_t count) that executes `call` so many times. */
#define LOOP(call)                                                                                 \
    "pushq %rbx\n\tmovq %rdi, %rbx\n\t.p2align 5\n1:\t" call                                       \
    "\n\tdecq %rbx\n\tjnz 1b\n\tpopq %rbx\n\tretq"

/* A function () that executes `calls`. */
#define ALL(calls) "pushq %rbx\n\t" calls "\n\tpopq %rbx\n\tretq"

#endif
