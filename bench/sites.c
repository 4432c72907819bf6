/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.c - 131,072 methods with stubs and call sites of their own, by the
 * assembler's repetition: what a large program does to caches and predictors.
 *
 * Bodies and stubs lie at a fixed distance from one another, so that a call site
 * computes its target and no symbol is needed for each.
 */
#include "callee.h"
#include "call_x86_64.h"
#include "runtime/arch/stub.h"

/* `text` for k = 0 ... count - 1, each `stride` bytes further, from symbol `name`. */
#define REPEAT(name, count, stride, text)                                                          \
    __asm__(".text\n\t.p2align 6\n\t.globl " name "\n" name ":\n"                                  \
            ".set k, 0\n.rept " count "\n\t.org " name " + " stride "*k\n\t" text                  \
            "\n.set k, k + 1\n.endr\n")

#define SLOT   "bench_many_slots+8*(k>>12)"
#define OFFSET "8*(k&4095)"

REPEAT("bench_many_bodies", "131072", "16", RETURN);
REPEAT("bench_many_leaf_stubs", "131072", "8", RV_STUB_LEAF("bench_many_leaf", "8*k"));
REPEAT("bench_many_walk_stubs", "131072", "16", RV_STUB_WALK(SLOT, OFFSET));

/*
 * A function that calls `count` methods once each. `state` steps through all numbers
 * below count (a full-period generator), and k is a permutation of it. Sites of all
 * forms are 64 bytes apart, about as in real code: packed 5 bytes apart, direct calls
 * would crowd the branch predictor and look slow.
 */
#define CALLS(name, count, shift, text)                                                            \
    __asm__(".text\n\t.p2align 6\n\t.globl " name "\n" name ":\n\t" ALL(                           \
        ".set state, 1\n.rept " count "\n"                                                         \
        ".set state, (state * 69069 + 12345) & (" count " - 1)\n"                                  \
        ".set k, state ^ (state >> " shift ")\n\t.p2align 6\n\t" text "\n.endr") "\n")

#define ALL_FORMS(count, shift)                                                                    \
    CALLS("bench_direct_" count, count, shift, CALL("bench_many_bodies+16*k"));                    \
    CALLS("bench_leaf_inline_" count, count, shift, CALL_AT("bench_many_leaf+8*k"));               \
    CALLS("bench_leaf_stub_" count, count, shift, CALL("bench_many_leaf_stubs+8*k"));              \
    CALLS("bench_walk_inline_" count, count, shift, CALL_WALK(SLOT, OFFSET));                      \
    CALLS("bench_walk_stub_" count, count, shift, CALL("bench_many_walk_stubs+16*k"))

ALL_FORMS("64", "3");
ALL_FORMS("1024", "5");
ALL_FORMS("131072", "9");
