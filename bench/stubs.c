/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stubs.c - the stubs of the ladder, the bodies behind them and the loops that call.
 *
 * leaf and walk are the very text that the compiler plugin emits. The
 * stubs of 2, 3 and 4 levels are made by the compiler from the one walk in
 * tw_walk.h, from a root and the method's whole ID: what stubs would be without
 * the directory slot's copy in the unit's slot.
 */
#include "callee.h"
#include "call_x86_64.h"
#include "runtime/arch/stub.h"
#include "tablewalk/tw_walk.h"

#define TEXT(value)  TEXT_(value)
#define TEXT_(value) #value

/* A function of assembler text. Aligned alike, so that placing decides nothing. */
#define FUNCTION(name, text)                                                                       \
    __asm__(".text\n\t.p2align 6\n\t.globl " #name "\n\t.type " #name ", @function\n" #name        \
            ":\n\t" text "\n\t.size " #name ", . - " #name "\n")

FUNCTION(bench_body, RETURN);
FUNCTION(bench_other_body, RETURN);

#define OFFSET "8*" TEXT(BENCH_INDEX)

FUNCTION(bench_stub_leaf, RV_STUB_LEAF("bench_leaf_head", "24+" OFFSET));
FUNCTION(bench_stub_walk, RV_STUB_WALK("bench_slot", OFFSET));

FUNCTION(bench_loop_empty, LOOP(""));
FUNCTION(bench_loop_direct, LOOP(CALL("bench_body")));
FUNCTION(bench_loop_pointer, LOOP(CALL_AT("bench_pointer")));
FUNCTION(bench_loop_plt, LOOP(CALL_PLT("bench_far_body")));
FUNCTION(bench_loop_leaf_inline, LOOP(CALL_AT("bench_leaf_head+24+" OFFSET)));
FUNCTION(bench_loop_leaf_stub, LOOP(CALL("bench_stub_leaf")));
FUNCTION(bench_loop_walk_inline, LOOP(CALL_WALK("bench_slot", OFFSET)));
FUNCTION(bench_loop_walk_stub, LOOP(CALL("bench_stub_walk")));

/* The walk by ID: the root and the ID are loaded at every call, as from memory. */
#define BY_ID(levels, walk, root)                                                                  \
    void bench_stub_walk_##levels(void);                                                           \
    __attribute__((aligned(64))) void bench_stub_walk_##levels(void)                               \
    {                                                                                              \
        void (*body)(void) = (void (*)(void))(uintptr_t)walk(bench_roots[root], bench_id);         \
        __attribute__((musttail)) return body();                                                   \
    }                                                                                              \
    __attribute__((aligned(64))) void bench_loop_walk_##levels##_inline(uint64_t count)            \
    {                                                                                              \
        while (count-- > 0)                                                                        \
            ((void (*)(void))(uintptr_t)walk(bench_roots[root], bench_id))();                      \
    }                                                                                              \
    FUNCTION(bench_loop_walk_##levels##_stub, LOOP(CALL("bench_stub_walk_" #levels)))

BY_ID(2, tw_walk_20_12, 0);
BY_ID(3, tw_walk_10_10_12, 1);
BY_ID(4, tw_walk_8_8_8_8, 2);
