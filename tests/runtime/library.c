/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * library.c - a library with the records of subject.c, to be loaded and unloaded.
 */
#include "library.h"
#include "made_code.h"

MADE_IMAGE(3)
MADE_METHOD(answer, 0, 10);
MADE_METHOD(count_up, 1, 11);
MADE_METHOD(wait_in, 2, 12);
MADE_DATA(counter, 20);

extern int64_t counter;
int64_t counter;

int answer(int x);
int answer_body(int x);
int count_up_body(int x);
int wait_in_body(int pipe);

int answer_body(int x)
{
    return x + LIBRARY_NUMBER;
}

int count_up_body(int x)
{
    return x + (int)counter++;
}

int wait_in_body(int pipe)
{
    return pipe;
}

/* Other destructors of the image may still call its methods after it has unregistered. */
__attribute__((destructor(102))) static void call_late(void)
{
    int number = answer(0);
    if (number != LIBRARY_NUMBER && number != 100) /* the patch's */
        __builtin_trap();
}

library_answer_fn library_answer(void)
{
    return answer;
}
