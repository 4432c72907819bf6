/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_reclaim.c - reverted code goes when nobody can be in it, and not before.
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
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static char folder[] = "/tmp/revector-reclaim-XXXXXX";
static char path[PATH_MAX];
static int ends[2]; /* of a pipe */

static uint32_t apply_kind(const char *kind)
{
    uint32_t id = 0;
    subject_patch(kind, path);
    assert_int_equal(rv_apply(path, &per_call, &id), 0);
    return id;
}

static int loaded(void)
{
    return subject_has_mapped(folder);
}

static int clean(void **state)
{
    (void)state;
    if (rv_revert(0, &per_call))
        return -1;
    subject_reclaim(2000);
    return loaded() ? -1 : 0;
}

static int see(const struct rv_update_info *info, void *context)
{
    *(struct rv_update_info *)context = *info;
    return 0;
}

/* The one update that is left. */
static struct rv_update_info last_update(void)
{
    struct rv_update_info info = {0};
    rv_each_update(see, &info);
    return info;
}

/* ---- a thread in the patch ---- */

static void *wait_in_patch(void *argument)
{
    return (void *)(intptr_t)wait_in(*(int *)argument);
}

static pthread_t start(void *(*body)(void *), void *argument)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, body, argument), 0);
    subject_until_read(ends[0]);
    return thread;
}

static void unused_code_is_unmapped_at_once(void **state)
{
    (void)state;
    apply_kind("good");
    assert_int_equal(answer(1), 101);
    assert_true(loaded());
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(1000);
    assert_false(loaded());
    assert_int_equal(last_update().id, 0); /* forgotten */
}

static void a_blocked_thread_keeps_the_code_that_it_returns_to(void **state)
{
    pthread_t thread;
    void *result;
    (void)state;
    apply_kind("good");
    thread = start(wait_in_patch, &ends[0]);
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(100);
    assert_true(loaded());
    assert_int_equal(last_update().state, RV_STATUS_REVERTED);
    assert_int_equal(last_update().garbage, 1); /* the table is gone, the code is not */
    assert_int_equal(write(ends[1], "x", 1), 1);
    pthread_join(thread, &result);
    assert_int_equal((intptr_t)result, 'x'); /* it came home through the old code */
    subject_reclaim(1000);
    assert_false(loaded());
}

/* ---- a thread on a stack of its own making ---- */

static ucontext_t outside, inside;
static void *coroutine_stack;

static void in_coroutine(void)
{
    (void)wait_in(ends[0]);
}

static void *wait_in_coroutine(void *unused)
{
    getcontext(&inside);
    inside.uc_stack.ss_sp = coroutine_stack;
    inside.uc_stack.ss_size = 65536;
    inside.uc_link = &outside;
    makecontext(&inside, in_coroutine, 0);
    swapcontext(&outside, &inside);
    return unused;
}

static void a_stack_of_the_programs_own_making_counts(void **state)
{
    pthread_t thread;
    (void)state;
    coroutine_stack = malloc(65536);
    apply_kind("good");
    thread = start(wait_in_coroutine, NULL);
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(100);
    assert_true(loaded());
    assert_int_equal(write(ends[1], "x", 1), 1);
    pthread_join(thread, NULL);
    free(coroutine_stack);
    subject_reclaim(1000);
    assert_false(loaded());
}

/* ---- a handler on an alternate stack, on top of the patch ---- */

static int handler_ends[2];

static void wait_in_handler(int number)
{
    char byte;
    (void)number;
    (void)!read(handler_ends[0], &byte, 1);
}

static void *wait_with_alternate_stack(void *memory)
{
    const stack_t stack = {.ss_sp = memory, .ss_size = 65536};

    sigaltstack(&stack, NULL);
    return (void *)(intptr_t)wait_in(ends[0]);
}

static void a_handler_on_another_stack_does_not_hide_what_it_interrupted(void **state)
{
    struct sigaction action = {.sa_handler = wait_in_handler, .sa_flags = SA_ONSTACK | SA_RESTART};
    void *memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_t thread;
    (void)state;
    assert_int_equal(pipe(handler_ends), 0);
    sigaction(SIGUSR2, &action, NULL);
    apply_kind("good");
    thread = start(wait_with_alternate_stack, memory);
    pthread_kill(thread, SIGUSR2);
    subject_until_read(handler_ends[0]);
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(100);
    assert_true(loaded());
    assert_int_equal(write(handler_ends[1], "x", 1), 1);
    assert_int_equal(write(ends[1], "x", 1), 1);
    pthread_join(thread, NULL);
    munmap(memory, 65536); /* what is left on it would look like somebody's stack */
    signal(SIGUSR2, SIG_DFL);
    subject_reclaim(1000);
    assert_false(loaded());
}

/* ---- a handler on an alternate stack, on top of a coroutine ---- */

static void wait_in_handler_in_patch(int number)
{
    (void)number;
    (void)wait_in(handler_ends[0]);
}

static void block_outside(void)
{
    char byte;
    (void)!read(ends[0], &byte, 1);
}

static void *block_in_coroutine(void *memory)
{
    const stack_t stack = {.ss_sp = memory, .ss_size = 65536};

    sigaltstack(&stack, NULL);
    getcontext(&inside);
    inside.uc_stack.ss_sp = coroutine_stack;
    inside.uc_stack.ss_size = 65536;
    inside.uc_link = &outside;
    makecontext(&inside, block_outside, 0);
    swapcontext(&outside, &inside);
    return NULL;
}

static void a_handler_on_another_stack_above_a_coroutine_keeps_its_code(void **state)
{
    struct sigaction action = {.sa_handler = wait_in_handler_in_patch,
                               .sa_flags = SA_ONSTACK | SA_RESTART};
    void *memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_t thread;
    (void)state;
    coroutine_stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_int_equal(pipe(handler_ends), 0);
    sigaction(SIGUSR2, &action, NULL);
    apply_kind("good");
    thread = start(block_in_coroutine, memory);
    pthread_kill(thread, SIGUSR2);
    subject_until_read(handler_ends[0]);
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(100);
    assert_true(loaded());
    assert_int_equal(write(handler_ends[1], "x", 1), 1);
    assert_int_equal(write(ends[1], "x", 1), 1);
    pthread_join(thread, NULL);
    munmap(memory, 65536);
    munmap(coroutine_stack, 65536);
    signal(SIGUSR2, SIG_DFL);
    subject_reclaim(1000);
    assert_false(loaded());
}

/* ---- numbers of coroutines are used again ---- */

static void (*address_in_patch(void))(void)
{
    return (void (*)(void))~subject_hidden_code(folder, SUBJECT_HIGHEST);
}

static __attribute__((noinline)) void make(char *stack, int is_in_patch)
{
    static ucontext_t context;

    getcontext(&context);
    context.uc_stack.ss_sp = stack;
    context.uc_stack.ss_size = 4096;
    makecontext(&context, is_in_patch ? address_in_patch() : block_outside, 0);
    memset(&context, 0, sizeof(context));
}

/* A coroutine in the code gets the number of one that was seen to be clean. */
static void use_number_again(char *stacks, int others)
{
    make(stacks, 1);
    make(stacks + 4096, 0);
    rv_reclaim();
    for (int n = 0; n < others; n++)
        make(stacks + 4096, 0);
    make(stacks + 4096, 1);
    make(stacks, 0);
    rv_reclaim();
}

static void a_new_coroutine_with_a_former_ones_number_keeps_its_code(void **state)
{
    char *stacks = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)state;
    apply_kind("good");
    assert_int_equal(rv_revert(0, &per_call), 0);
    for (int others = 0; others < 130; others++) {
        use_number_again(stacks, others);
        assert_true(loaded());
    }
    make(stacks + 4096, 0);
    subject_reclaim(1000);
    assert_false(loaded());
}

/* ---- a signal handler on top of the patch ---- */

static uint32_t handles;

static void on_signal(int number)
{
    char byte;
    (void)number;
    tw_store32_release(&handles, 1);
    if (read(ends[0], &byte, 1) != 1)
        abort();
}

static void a_handler_on_top_of_the_patch_counts(void **state)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;
    pthread_t thread;
    (void)state;
    sigaction(SIGUSR1, &action, &before);
    apply_kind("good");
    thread = start(wait_in_patch, &ends[0]);
    pthread_kill(thread, SIGUSR1);
    while (!tw_load32_acquire(&handles))
        usleep(100);
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(100);
    assert_true(loaded());
    assert_int_equal(write(ends[1], "xx", 2), 2); /* one for the handler, one for the patch */
    pthread_join(thread, NULL);
    sigaction(SIGUSR1, &before, NULL);
    subject_reclaim(1000);
    assert_false(loaded());
}

/* ---- vfork ---- */

/* Beyond the red zone. */
static __attribute__((noinline)) void wait_further_down(void)
{
    volatile char space[1024] = {0};

    wait_in(ends[0]);
    space[1] = 0;
}

/* The child is in the patch, on the stack of the thread that waits for it. */
static void *wait_for_child_in_patch(void *unused)
{
    pid_t child;
    int status;

    subject_sweep_stack(); /* of what an earlier thread has left on it */
    child = vfork();
    if (child == 0) {
        wait_further_down();
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0 ? ends : unused;
}

static void the_child_of_a_vfork_keeps_the_code_that_it_is_in(void **state)
{
    pthread_t thread;
    void *result;
    (void)state;
#if __has_feature(thread_sanitizer) /* makes a fork of it */
    skip();
#endif
    apply_kind("good");
    thread = start(wait_for_child_in_patch, NULL);
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(100);
    assert_true(loaded());
    assert_int_equal(write(ends[1], "x", 1), 1);
    pthread_join(thread, &result);
    assert_non_null(result);
    subject_reclaim(1000);
    assert_false(loaded());
}

/* ---- threads that run ---- */

static uint32_t runs, stop;

static void *run_until_told(void *unused)
{
    tw_store32_release(&runs, 1);
    while (!tw_load32_acquire(&stop))
        ;
    return unused;
}

static void a_running_thread_is_waited_for(void **state)
{
    pthread_t thread;
    (void)state;
    apply_kind("good");
    assert_int_equal(pthread_create(&thread, NULL, run_until_told, NULL), 0);
    while (!tw_load32_acquire(&runs))
        usleep(100);
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(50);
    assert_true(loaded()); /* nobody can tell where it is */
    tw_store32_release(&stop, 1);
    pthread_join(thread, NULL);
    subject_reclaim(1000);
    assert_false(loaded());
}

/* ---- the caller itself ---- */

/* An address in the patch on our own stack, as a frame of it would leave. */
static __attribute__((noinline)) void revert_with_the_patch_on_our_stack(void)
{
    void (*volatile here)(void) = address_in_patch();

    assert_non_null(here);
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(50);
    assert_true(subject_is_mapped((const void *)(uintptr_t)here));
    here = NULL;
}

static void the_caller_may_be_in_the_patch(void **state)
{
    (void)state;
    apply_kind("good");
    revert_with_the_patch_on_our_stack();
    subject_reclaim(1000);
    assert_false(loaded());
}

/* ---- memory ---- */

static void a_thousand_rounds_leave_no_memory(void **state)
{
    long before = 0, after;
    (void)state;
    for (int n = 0; n < 1000; n++) {
        if (n == 100)
            before = subject_rss();
        apply_kind("good");
        assert_int_equal(answer(1), 101);
        assert_int_equal(rv_revert(0, &per_call), 0);
        subject_reclaim(1000);
    }
    after = subject_rss();
    print_message("RSS after 100 rounds %ld kB, after 1000 %ld kB\n", before, after);
    assert_true(subject_is_sanitized() || after - before < 64);
}

static void a_small_patch_costs_less_than_100_kB(void **state)
{
    long before, with;
    (void)state;
    apply_kind("good"); /* warm: what the C library keeps for next time */
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(1000);
    before = subject_rss();
    apply_kind("good");
    assert_int_equal(answer(1), 101);
    with = subject_rss();
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(1000);
    print_message("RSS %ld kB, with a patch +%ld kB, without it again +%ld kB\n", before,
                  with - before, subject_rss() - before);
    assert_true(subject_is_sanitized() || with - before < 100);
    assert_true(subject_is_sanitized() || subject_rss() - before <= 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, clean)
    const struct CMUnitTest tests[] = {
        TEST(unused_code_is_unmapped_at_once),
        TEST(a_blocked_thread_keeps_the_code_that_it_returns_to),
        TEST(a_stack_of_the_programs_own_making_counts),
        TEST(a_handler_on_another_stack_does_not_hide_what_it_interrupted),
        TEST(a_handler_on_another_stack_above_a_coroutine_keeps_its_code),
        TEST(a_new_coroutine_with_a_former_ones_number_keeps_its_code),
        TEST(a_handler_on_top_of_the_patch_counts),
        TEST(the_child_of_a_vfork_keeps_the_code_that_it_is_in),
        TEST(a_running_thread_is_waited_for),
        TEST(the_caller_may_be_in_the_patch),
        TEST(a_thousand_rounds_leave_no_memory),
        TEST(a_small_patch_costs_less_than_100_kB),
    };
    int failed;

    if (!mkdtemp(folder) || pipe(ends))
        return 2;
    snprintf(path, sizeof(path), "%s/fix.rvp", folder);
    failed = cmocka_run_group_tests_name("reclaim", tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return failed;
}
