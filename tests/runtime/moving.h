/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * moving.h - an update whose threads move, on the fake platform.
 *
 * Methods 1 and 5 (`walk`) and 6 (`leaf`) are replaced. fake.thread says which
 * thread calls, fake.stack what it has on its stack; a call is what compiled code does,
 * with the method fault behind it.
 */
#ifndef MOVING_H
#define MOVING_H

#include "core_fixture.h"

extern struct made_image made;

int moving_set_up(void **state);
int moving_tear_down(void **state);

/* The update, MOVING, with a listing begun. */
struct rv_update *moving_as(enum rv_consistency consistency);
struct rv_update *moving(void); /* with `thread` consistency */

/* What it replaces that method's body by; for other numbers, bodies beside those. */
uint64_t new_body(int method);

/* 1 if the entry of that method leads to the fault. */
int is_thunk(int method, uint64_t entry);

/* Where a call by thread number `thread` ends. */
uint64_t call(int thread, int method);

/* All three methods, called by that thread, are on the new side, or not. */
void expect_side(int thread, int is_new);

/* The stack of whoever calls has this program counter on it; 0: nothing. */
void stand_in(uintptr_t pc);

#endif
