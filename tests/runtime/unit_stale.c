/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_stale.c - what only looks like a saved pointer, on a stack where nobody uses it any
 * more or where the dynamic linker has left it, does not keep reverted code.
 *
 * Addresses are kept as complements, as in unit_saved.c.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "revector/revector.h"
#include "subject.h"
#include "tablewalk/tw_atomic.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE   4096u
#define SHIFTS 6
#define RECORD 1280u /* bytes: more than the linker's of an image */

static char folder[] = "/tmp/revector-stale-XXXXXX";
static char path[PATH_MAX];
static uintptr_t hidden;     /* complement of an address in the patch's code */
static uintptr_t hidden_too; /* the same, or of one in a second patch */
static uint32_t started, stop, go;

static int apply(void **state)
{
    (void)state;
    started = stop = go = 0;
    subject_patch("good", path);
    if (rv_apply(path, &per_call, NULL) || answer(1) != 101)
        return -1;
    hidden = hidden_too = subject_hidden_code(folder, SUBJECT_HIGHEST);
    return 0;
}

static void apply_another(const char *kind)
{
    subject_patch(kind, path);
    assert_int_equal(rv_apply(path, &per_call, NULL), 0);
}

static void expect_gone_after_revert(void)
{
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_sweep_stack();
    subject_reclaim(1000);
    assert_false(subject_has_mapped(folder));
}

/* Deep in its stack, where it then never comes again: not below what calls next. */
static __attribute__((noinline)) void leave_on_stack(int depth)
{
    volatile uintptr_t words[64];

    for (int n = 0; n < 64; n++)
        words[n] = depth ? 0 : ~(n % 2 ? hidden : hidden_too);
    if (depth)
        leave_on_stack(depth - 1);
    words[0] = 0;
}

static void *leave_and_wait(void *waits)
{
    leave_on_stack(100);
    tw_store32_release(&started, 1);
    while (waits && !tw_load32_acquire(&stop))
        usleep(1000);
    return NULL;
}

static void what_is_left_below_a_stack_pointer_does_not_count(void **state)
{
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, leave_and_wait, &started), 0);
    while (!tw_load32_acquire(&started))
        usleep(100);
    expect_gone_after_revert();
    tw_store32_release(&stop, 1);
    pthread_join(thread, NULL);
}

static void the_stack_of_a_thread_that_has_ended_does_not_count(void **state)
{
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, leave_and_wait, NULL), 0);
    pthread_join(thread, NULL);
    expect_gone_after_revert();
}

static void *leave_when_told(void *waits)
{
    while (!tw_load32_acquire(&go))
        usleep(100);
    return leave_and_wait(waits);
}

static uintptr_t stack_of(pthread_t thread)
{
    pthread_attr_t attributes;
    void *start;
    size_t size;

    assert_int_equal(pthread_getattr_np(thread, &attributes), 0);
    assert_int_equal(pthread_attr_getstack(&attributes, &start, &size), 0);
    pthread_attr_destroy(&attributes);
    return (uintptr_t)start;
}

/* What is mapped next comes below: the kernel takes the highest place that is free. */
static void fill_above(uintptr_t address)
{
    uintptr_t page;

    do {
        page = (uintptr_t)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(page != (uintptr_t)MAP_FAILED);
    } while (page > address);
}

/* Its address is among those of the patches, and in none of them. */
static void a_stack_between_two_patches_is_known_as_one(void **state)
{
    uintptr_t start;
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, leave_when_told, &started), 0);
    start = stack_of(thread);
    fill_above(start);
    apply_another("other");
    hidden_too = subject_hidden_code(folder, SUBJECT_LOWEST);
    assert_true(~hidden_too < start && start < ~hidden);
    tw_store32_release(&go, 1);
    while (!tw_load32_acquire(&started))
        usleep(100);
    assert_int_equal(rv_revert(0, &per_call), 0);
    expect_gone_after_revert();
    tw_store32_release(&stop, 1);
    pthread_join(thread, NULL);
}

/*
 * Of each length, and so with its end in each word of what the linker has just freed: a zero
 * byte makes another address in the patch of one.
 */
static void a_string_on_top_of_what_the_linker_has_left_does_not_count(void **state)
{
    (void)state;
    for (size_t length = 0; length < RECORD; length += sizeof(uintptr_t)) {
        char *volatile text;
        expect_gone_after_revert();
        text = malloc(length + 1);
        memset(text, 'x', length);
        text[length] = 0;
        free(text);
        assert_int_equal(rv_apply(path, &per_call, NULL), 0);
    }
}

/* The last page of the highest patch is taken, so the next one comes across where two have been. */
static void what_the_linker_has_left_of_images_in_other_places_does_not_count(void **state)
{
    (void)state;
    for (int n = 0; n < SHIFTS; n++) {
        apply_another("other");
        hidden = subject_hidden_code(folder, SUBJECT_HIGHEST);
        expect_gone_after_revert();
        fill_above(~hidden + PAGE);
        apply_another("good");
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, apply, subject_clean)
    const struct CMUnitTest tests[] = {
        TEST(what_is_left_below_a_stack_pointer_does_not_count),
        TEST(the_stack_of_a_thread_that_has_ended_does_not_count),
        TEST(a_stack_between_two_patches_is_known_as_one),
        TEST(a_string_on_top_of_what_the_linker_has_left_does_not_count),
        TEST(what_the_linker_has_left_of_images_in_other_places_does_not_count),
    };
    int failed;

    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof(path), "%s/fix.rvp", folder);
    failed = cmocka_run_group_tests_name("stale", tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return failed;
}
