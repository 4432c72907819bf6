/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patch.c - patches for subject.c, one for each -DPATCH_...; see the tests that use them.
 */
#include "made_code.h"
#include "revector/patch.h"
#include "revector/transform.h"

#include <stdlib.h>
#include <unistd.h>

#ifndef ANSWER_NAME
#define ANSWER_NAME answer
#endif
#ifndef ANSWER_HASH
#define ANSWER_HASH 10
#endif
#ifndef ANSWER_ORDINAL
#define ANSWER_ORDINAL 0
#endif
#ifndef COUNTER_HASH
#define COUNTER_HASH 20
#endif
#ifndef ADDEND
#define ADDEND 100
#endif

#ifdef OTHER_BUILD
#undef MADE_BUILD_ID
#define MADE_BUILD_ID {1, 2, 3, 4, 5, 6, 7, 8}
#endif

/* `extra` is a function that only this patch has: a method of the patch's own image. */
MADE_IMAGE(1)
MADE_METHOD(extra, 0, 99);
MADE_PATCH;
MADE_REPLACEMENT(ANSWER_ORDINAL, answer, ANSWER_HASH);
MADE_REPLACEMENT(1, count_up, 11);
MADE_REPLACEMENT(2, wait_in, 12);
MADE_IMPORT(1, 0, counter, COUNTER_HASH);
MADE_IMPORT(0, 0, answer, 10);

/* Initialised data that holds addresses of the program. */
uint64_t table[2] __attribute__((visibility("hidden")));
MADE_FIXUP(table + 8, counter, 0);

int extra(int x);
int extra_body(int x);
int answer_body(int x);
int count_up_body(int x);
int wait_in_body(int pipe);

#ifdef CALL_UNDEFINED
int there_is_no_such_function(int x);
#endif
static int calls; /* a variable of the patch */

int extra_body(int x)
{
    return x + ADDEND;
}

int answer_body(int x)
{
    calls++;
#ifdef CALL_UNDEFINED
    x += there_is_no_such_function(x);
#endif
    return extra(x);
}

/* Reaches the program's variable through a slot and through a table, and its method. */
int count_up_body(int x)
{
    int64_t *direct = (int64_t *)(uintptr_t)made_slot_counter;
    int64_t *tabled = (int64_t *)(uintptr_t)table[1];
    int (*program_answer)(int) = (int (*)(int))(uintptr_t)made_slot_answer;

    *direct += 1000;
    return program_answer(x) + (int)*tabled;
}

int wait_in_body(int pipe)
{
    char byte = 0;
    calls++;
    return read(pipe, &byte, 1) == 1 ? byte : -1;
}

#ifdef WITH_STATE

/* `counter` holds the address of an object, which has one number; here it has two. */
struct was {
    int64_t number;
};
struct is {
    int64_t number, twice;
};

static void **object(void)
{
    return (void **)(uintptr_t)made_slot_counter;
}

static int walk(struct rv_transform *transform)
{
    return rv_transform_object(transform, *object());
}

static int convert(struct rv_transform *transform, const void *from, void *to)
{
    const struct was *was = from;
    (void)transform;
    *(struct is *)to = (struct is){was->number, 2 * was->number};
    return 0;
}

static int convert_back(struct rv_transform *transform, const void *from, void *to)
{
    const struct is *is = from;
    (void)transform;
    *(struct was *)to = (struct was){is->twice / 2};
    return 0;
}

static void point(struct rv_transform *transform)
{
    *object() = rv_transform_moved(transform, *object());
}

__attribute__((used)) static const struct rv_transform_how how = {
    walk, convert, point, walk, convert_back, point, malloc, free};
MADE_TRANSFORMER(how, 8, 16);

/* What has begun and has not come to its end is memory that is missed. */
static void *begun;

__attribute__((used)) static int begin(struct rv_hook *hook)
{
    begun = malloc(100);
    return begun ? 0 : rv_hook_refuse(hook, 1, "no memory for what the hook makes ready");
}

__attribute__((used)) static void end(struct rv_hook *hook)
{
    (void)hook;
    free(begun);
    begun = NULL;
}

MADE_HOOKS(begin, end, begin, end);
#endif
