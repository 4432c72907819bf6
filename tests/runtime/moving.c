/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * moving.c - see moving.h.
 */
#include "moving.h"
#include "arch.h"

#include <string.h>

struct made_image made;
static const int methods[] = {1, 5, 6};

enum { NEW = 0x10000, SIZE = 0x100 };

uint64_t new_body(int method)
{
    return NEW + (unsigned)method * SIZE;
}

int moving_set_up(void **state)
{
    (void)state;
    core_add(&made);
    for (int n = 0; n < MADE_METHODS; n++) /* where a fault of a leaf unit's method goes */
        made.methods[n].fault = (rv_rel)(made.bodies[n] + 12 - (char *)&made.methods[n].fault);
    return 0;
}

int moving_tear_down(void **state)
{
    (void)state;
    fake.thread = 0;
    memset(fake.stack, 0, sizeof(fake.stack));
    fake.stack_error = 0;
    fake.while_waiting = NULL;
    fake.while_looking = NULL;
    core_drop(&made);
    core_collect();
    for (uint32_t id = 1; id < 1000; id++)
        (void)rv_update_forget(id);
    return fake.pieces != 0 || fake.pages != 0;
}

int is_thunk(int method, uint64_t entry)
{
    const struct rv_method *record = &made.methods[method];
    return entry == (uintptr_t)rv_fault_thunks + record->index * RV_ARCH_FAULT_STEP ||
           entry == (uintptr_t)RV_TARGET(const void, record->fault);
}

/* Where a call by thread number `thread` ends. */
uint64_t call(int thread, int method)
{
    uint64_t entry = made_call(&made, method);

    fake.thread = thread;
    return is_thunk(method, entry) ? made_fault(&made, method) : entry;
}

void expect_side(int thread, int is_new)
{
    for (unsigned n = 0; n < sizeof(methods) / sizeof(*methods); n++)
        assert_int_equal(call(thread, methods[n]),
                         is_new ? new_body(methods[n]) : made_body(&made, methods[n]));
}

void stand_in(uintptr_t pc)
{
    fake.stack[0] = pc;
}

struct rv_update *moving_as(enum rv_consistency consistency)
{
    struct rv_update *update = core_staged(&made, "one", 1, new_body(1));

    assert_int_equal(rv_update_stage(update, &made.methods[5], new_body(5), 0), 0);
    assert_int_equal(rv_update_stage(update, &made.methods[6], new_body(6), 0), 0);
    assert_int_equal(rv_update_check(update), 0);
    assert_int_equal(rv_update_transition(update, consistency, 2), 0);
    assert_int_equal(update->state, RV_UPDATE_MOVING);
    rv_update_mark(update);
    return update;
}

struct rv_update *moving(void)
{
    return moving_as(RV_CONSISTENCY_THREAD);
}
