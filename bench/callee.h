/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * callee.h - what is called and how: bodies, the stubs in front of them, and the
 * words that the stubs load. Symbols have C names, since stubs and call sites name
 * them in assembler. Only for bench/.
 */
#ifndef BENCH_CALLEE_H
#define BENCH_CALLEE_H

#include <stdint.h>

#include "tablewalk/tablewalk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The method that is called in the ladder: index in its unit's leaf table. */
#define BENCH_INDEX 5
#define BENCH_UNIT  3
#define BENCH_ID    (BENCH_UNIT << 12 | BENCH_INDEX)

/* Two bodies of the same cost: updates go back and forth between them. */
void bench_body(void);
void bench_other_body(void);
void bench_far_body(void); /* in a library of its own: reached through the PLT */

/* Words and tables that stubs and call sites load. Filled in by tables.cpp. */
extern uint64_t bench_slot; /* as the word that a unit's stubs load */
extern void (*bench_pointer)(void); /* plain function pointer */
extern struct tw_table bench_leaf_head; /* leaf table in the image, entries right behind */
extern const uint64_t *bench_roots[3]; /* roots of 20+12, 10+10+12 and 8+8+8+8 */
extern tw_id bench_id; /* what the record of a real method would hold */

/*
 * The rungs, in stubs.c: each calls the method, or a body of its own kind, `count`
 * times (at least once) from one place.
 */
typedef void bench_loop(uint64_t count);
bench_loop bench_loop_empty, bench_loop_direct, bench_loop_pointer, bench_loop_plt;
bench_loop bench_loop_leaf_inline, bench_loop_leaf_stub;
bench_loop bench_loop_walk_inline, bench_loop_walk_stub;
bench_loop bench_loop_walk_2_inline, bench_loop_walk_3_inline, bench_loop_walk_4_inline;
bench_loop bench_loop_walk_2_stub, bench_loop_walk_3_stub, bench_loop_walk_4_stub;

/*
 * Many methods: BENCH_MANY bodies, stubs and call sites in sites.c. Method k is
 * entry k % 4096 of the leaf table that word k / 4096 leads to.
 */
#define BENCH_MANY 131072
extern uint64_t bench_many_slots[BENCH_MANY / 4096];
extern uint64_t bench_many_leaf[BENCH_MANY]; /* the same entries for one-load calls */
extern const char bench_many_bodies[]; /* 16 bytes each */

/* Each calls N methods once, in an order without a pattern, from N places. */
#define BENCH_SITES(N)                                                                             \
    void bench_direct_##N(void);                                                                   \
    void bench_leaf_inline_##N(void);                                                              \
    void bench_leaf_stub_##N(void);                                                                \
    void bench_walk_inline_##N(void);                                                              \
    void bench_walk_stub_##N(void);
BENCH_SITES(64)
BENCH_SITES(1024)
BENCH_SITES(131072)

#ifdef __cplusplus
}
#endif
#endif
