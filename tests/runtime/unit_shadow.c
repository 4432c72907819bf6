/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_shadow.c - does data that is attached to objects keep what revector/shadow.h promises?
 */
#include "shadow.h"
#include "tablewalk/tw_atomic.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static uint32_t created, destroyed; /* atomic: threads count too */

static int create(const void *object, void *data, void *context)
{
    (void)object;
    tw_add32_acq_rel(&created, 1);
    *(long *)data = context ? *(long *)context : 0;
    return 0;
}

static void destroy(const void *object, void *data)
{
    (void)object;
    *(long *)data = -1;
    tw_add32_acq_rel(&destroyed, 1);
}

static int refuse(const void *object, void *data, void *context)
{
    (void)object;
    (void)data;
    (void)context;
    errno = EDOM;
    return 1;
}

static struct rv_shadow_id ids[2] = {{sizeof(long), create, destroy},
                                     {sizeof(long), create, destroy}};
static char objects[10000];

static int reset(void **state)
{
    (void)state;
    rv_shadow_free_all(&ids[0]);
    rv_shadow_free_all(&ids[1]);
    created = destroyed = 0;
    return 0;
}

static void an_object_has_nothing_at_first(void **state)
{
    (void)state;
    assert_null(rv_shadow_get(&objects[0], &ids[0]));
    rv_shadow_free(&objects[0], &ids[0]);
    assert_int_equal(destroyed, 0);
}

static void data_is_found_again_at_its_object_and_id_only(void **state)
{
    long value = 7, *data = rv_shadow_get_or_alloc(&objects[0], &ids[0], &value);

    (void)state;
    assert_non_null(data);
    assert_int_equal(*data, 7);
    assert_ptr_equal(rv_shadow_get(&objects[0], &ids[0]), data);
    assert_ptr_equal(rv_shadow_get_or_alloc(&objects[0], &ids[0], NULL), data);
    assert_int_equal(created, 1);
    assert_null(rv_shadow_get(&objects[1], &ids[0]));
    assert_null(rv_shadow_get(&objects[0], &ids[1]));
}

static void freed_data_was_destroyed_once_and_is_gone(void **state)
{
    (void)state;
    assert_non_null(rv_shadow_get_or_alloc(&objects[0], &ids[0], NULL));
    rv_shadow_free(&objects[0], &ids[0]);
    rv_shadow_free(&objects[0], &ids[0]);
    assert_int_equal(destroyed, 1);
    assert_null(rv_shadow_get(&objects[0], &ids[0]));
}

static void freeing_all_of_an_id_leaves_the_others(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof(objects); n++)
        for (int id = 0; id < 2; id++) {
            long value = (long)n;
            assert_non_null(rv_shadow_get_or_alloc(&objects[n], &ids[id], &value));
        }
    rv_shadow_free_all(&ids[0]);
    assert_int_equal(destroyed, sizeof(objects));
    for (size_t n = 0; n < sizeof(objects); n++) {
        long *data = rv_shadow_get(&objects[n], &ids[1]);
        assert_null(rv_shadow_get(&objects[n], &ids[0]));
        assert_non_null(data);
        assert_int_equal(*data, n);
    }
}

static void ids_of_a_patch_go_with_it(void **state)
{
    (void)state;
    assert_non_null(rv_shadow_get_or_alloc(&objects[0], &ids[0], NULL));
    assert_non_null(rv_shadow_get_or_alloc(&objects[0], &ids[1], NULL));
    rv_shadow_free_within((uintptr_t)&ids[1], (uintptr_t)(&ids[1] + 1), 1);
    assert_non_null(rv_shadow_get(&objects[0], &ids[0]));
    assert_null(rv_shadow_get(&objects[0], &ids[1]));
    assert_int_equal(destroyed, 1);
}

static void data_goes_without_destroy_where_its_code_must_not_run(void **state)
{
    (void)state;
    assert_non_null(rv_shadow_get_or_alloc(&objects[0], &ids[0], NULL));
    rv_shadow_free_within((uintptr_t)&ids[0], (uintptr_t)(&ids[0] + 1), 0);
    assert_null(rv_shadow_get(&objects[0], &ids[0]));
    assert_int_equal(destroyed, 0);
}

static void data_without_functions_is_zeroed_and_aligned(void **state)
{
    static struct rv_shadow_id plain = {.size = 100};
    char *data = rv_shadow_get_or_alloc(&objects[0], &plain, NULL);
    static const char zeroes[100];

    (void)state;
    assert_non_null(data);
    assert_int_equal((uintptr_t)data % _Alignof(max_align_t), 0);
    assert_memory_equal(data, zeroes, sizeof(zeroes));
    rv_shadow_free_all(&plain);
}

static void create_may_refuse(void **state)
{
    static struct rv_shadow_id unwilling = {sizeof(long), refuse, destroy};

    (void)state;
    assert_null(rv_shadow_get_or_alloc(&objects[0], &unwilling, NULL));
    assert_int_equal(errno, EDOM);
    assert_null(rv_shadow_get(&objects[0], &unwilling));
    assert_int_equal(destroyed, 0);
}

static void a_size_that_nobody_has_is_refused(void **state)
{
    static struct rv_shadow_id huge = {.size = SIZE_MAX};

    (void)state;
    assert_null(rv_shadow_get_or_alloc(&objects[0], &huge, NULL));
    assert_int_equal(errno, ENOMEM);
}

/* ---- threads ---- */

#define THREADS 8
#define ROUNDS  200

static pthread_barrier_t barrier;
static void *seen[THREADS];

static void *attach_at_once(void *argument)
{
    void **result = argument;

    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&barrier);
        *result = rv_shadow_get_or_alloc(&objects[round], &ids[0], NULL);
        pthread_barrier_wait(&barrier);
        for (int n = 0; n < THREADS; n++)
            if (seen[n] != *result)
                abort();
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static void run_threads(void *(*body)(void *argument))
{
    pthread_t threads[THREADS];

    assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS), 0);
    for (int n = 0; n < THREADS; n++)
        assert_int_equal(pthread_create(&threads[n], NULL, body, &seen[n]), 0);
    for (int n = 0; n < THREADS; n++)
        pthread_join(threads[n], NULL);
    pthread_barrier_destroy(&barrier);
}

static void threads_that_attach_at_once_get_the_same_data(void **state)
{
    (void)state;
    run_threads(attach_at_once);
    assert_int_equal(created - destroyed, ROUNDS);
}

static void *come_and_go(void *argument)
{
    const size_t first = (size_t)((void **)argument - seen) * 1000;

    for (int round = 0; round < 20; round++) {
        for (size_t n = first; n < first + 1000; n++) {
            long value = (long)n, *data = rv_shadow_get_or_alloc(&objects[n], &ids[0], &value);
            if (!data || *data != value || rv_shadow_get(&objects[n], &ids[0]) != data)
                abort();
        }
        for (size_t n = first; n < first + 1000; n++)
            rv_shadow_free(&objects[n], &ids[0]);
    }
    return NULL;
}

static void threads_do_not_see_each_others_objects(void **state)
{
    (void)state;
    run_threads(come_and_go);
    assert_int_equal(created, THREADS * 20 * 1000);
    assert_int_equal(destroyed, created);
}

/* ---- fork ---- */

static void *keep_busy(void *stop)
{
    while (!tw_load32_relaxed(stop)) {
        (void)rv_shadow_get_or_alloc(&objects[5], &ids[1], NULL);
        rv_shadow_free(&objects[5], &ids[1]);
    }
    return NULL;
}

static void fork_and_look(void)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        alarm(10);
        _exit(rv_shadow_get(&objects[0], &ids[0]) && !rv_shadow_get(&objects[1], &ids[0]) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_child_of_a_fork_has_the_data(void **state)
{
    pthread_t thread;
    uint32_t stop = 0;

    (void)state;
    assert_non_null(rv_shadow_get_or_alloc(&objects[0], &ids[0], NULL));
    assert_int_equal(pthread_create(&thread, NULL, keep_busy, &stop), 0);
    for (int n = 0; n < 50; n++)
        fork_and_look();
    tw_store32_relaxed(&stop, 1);
    pthread_join(thread, NULL);
}

/* Not a test: what one lookup costs. */
static int measure(void)
{
    const long rounds = 20000000;
    struct timespec start, end;
    uintptr_t sum = 0;

    for (size_t n = 0; n < 1000; n++)
        (void)rv_shadow_get_or_alloc(&objects[n], &ids[0], NULL);
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long n = 0; n < rounds; n++)
        sum += (uintptr_t)rv_shadow_get(&objects[n % 1000], &ids[0]);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.1f ns a lookup (%d)\n",
           ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) /
               (double)rounds,
           sum != 0);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_object_has_nothing_at_first, reset),
        cmocka_unit_test_setup(data_is_found_again_at_its_object_and_id_only, reset),
        cmocka_unit_test_setup(freed_data_was_destroyed_once_and_is_gone, reset),
        cmocka_unit_test_setup(freeing_all_of_an_id_leaves_the_others, reset),
        cmocka_unit_test_setup(ids_of_a_patch_go_with_it, reset),
        cmocka_unit_test_setup(data_goes_without_destroy_where_its_code_must_not_run, reset),
        cmocka_unit_test_setup(data_without_functions_is_zeroed_and_aligned, reset),
        cmocka_unit_test_setup(create_may_refuse, reset),
        cmocka_unit_test_setup(a_size_that_nobody_has_is_refused, reset),
        cmocka_unit_test_setup(threads_that_attach_at_once_get_the_same_data, reset),
        cmocka_unit_test_setup(threads_do_not_see_each_others_objects, reset),
        cmocka_unit_test_setup_teardown(a_child_of_a_fork_has_the_data, reset, reset),
    };

    if (argc > 1 && strcmp(argv[1], "--measure") == 0)
        return measure();
    if (pthread_atfork(rv_shadow_before_fork, rv_shadow_after_fork, rv_shadow_after_fork))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
