/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_threads.c - no listing of the threads leaves one out that was there all the while.
 *
 * The kernel loses its way when a thread ends while it is listed. So one ends at about that
 * moment, again and again, and another one, which is behind it in the kernel's list, is looked for.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runtime/host/threads.h"
#include "tablewalk/tw_atomic.h"

#include <pthread.h>
#include <unistd.h>

#define TRIALS 4000u
#define MOMENT 20000u /* turns of a loop: from the order to end until a thread has ended, amply */

static uint32_t may_end, witness, may_go;

static void *end_when_told(void *unused)
{
    while (!tw_load32_acquire(&may_end))
        ;
    return unused;
}

static void *witness_it(void *unused)
{
    tw_store32_release(&witness, (uint32_t)gettid());
    while (!tw_load32_acquire(&may_go))
        usleep(20);
    return unused;
}

static int has(const struct rv_thread_list *list, pid_t tid)
{
    for (size_t n = 0; n < list->count; n++)
        if (list->all[n].tid == tid)
            return 1;
    return 0;
}

static int is_missed_after(uint32_t turns)
{
    struct rv_thread_list list = {0};
    pthread_t ends, stays;
    int missed;

    witness = may_end = may_go = 0;
    assert_int_equal(pthread_create(&ends, NULL, end_when_told, NULL), 0);
    assert_int_equal(pthread_create(&stays, NULL, witness_it, NULL), 0);
    while (!tw_load32_acquire(&witness))
        usleep(20);
    tw_store32_release(&may_end, 1);
    for (volatile uint32_t n = 0; n < turns;)
        n = n + 1;
    assert_int_equal(rv_threads_list(&list), 0);
    missed = !has(&list, (pid_t)witness);
    tw_store32_release(&may_go, 1);
    pthread_join(ends, NULL);
    pthread_join(stays, NULL);
    rv_threads_free(&list);
    return missed;
}

static void a_thread_that_ends_hides_no_other(void **state)
{
    uint32_t turns = 0;
    unsigned missed = 0;
    (void)state;

    for (unsigned n = 0; n < TRIALS; n++) {
        turns = (turns * 1103515245u + 12345u) & INT32_MAX;
        missed += (unsigned)is_missed_after((turns >> 8) % MOMENT);
    }
    assert_int_equal(missed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_thread_that_ends_hides_no_other)};
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
