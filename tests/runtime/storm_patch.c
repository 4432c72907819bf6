/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * storm_patch.c - replaces outer() and inner() of subject.c together; -DVERSION says
 * which bit they set. inner() is called as the program calls it.
 */
#include "made_code.h"
#include "subject.h"

MADE_IMAGE(1)
MADE_METHOD(extra, 0, 99);
MADE_PATCH;
MADE_REPLACEMENT(3, outer, 13);
MADE_REPLACEMENT(4, inner, 14);
MADE_IMPORT(0, 4, inner, 14);

int extra(int x);
int extra_body(int x);
void outer_body(struct subject_call *call);
void inner_body(struct subject_call *call);

int extra_body(int x)
{
    return x;
}

void outer_body(struct subject_call *call)
{
    void (*program_inner)(struct subject_call *) =
        (void (*)(struct subject_call *))(uintptr_t)made_slot_inner;

    call->inside = 1;
    call->seen |= 1u << VERSION;
    program_inner(call);
    call->inside = 0;
}

void inner_body(struct subject_call *call)
{
    call->seen |= 1u << VERSION;
}
