/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_saved.c - reverted code stays while a pointer to it is saved, wherever that is.
 *
 * The tests themselves keep its address as a complement only: where they kept it as it is,
 * that would be a saved pointer, too.
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
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096u

static char folder[] = "/tmp/revector-saved-XXXXXX";
static char path[PATH_MAX];
static uintptr_t hidden; /* complement of an address in the patch's code */

/* Through a volatile, so that no register keeps what is written. */
static __attribute__((noinline)) void save(volatile uintptr_t *at)
{
    *at = ~hidden;
}

static int apply(void **state)
{
    (void)state;
    subject_patch("good", path);
    if (rv_apply(path, &per_call, NULL) || answer(1) != 101)
        return -1;
    hidden = subject_hidden_code(folder, SUBJECT_HIGHEST);
    return 0;
}

static int loaded(void)
{
    return subject_has_mapped(folder);
}

static void revert(void)
{
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_sweep_stack();
    subject_reclaim(30);
}

static void expect_gone(void)
{
    subject_sweep_stack();
    subject_reclaim(1000);
    assert_false(loaded());
}

static int clean(void **state)
{
    (void)state;
    if (rv_revert(0, &per_call))
        return -1;
    subject_reclaim(1000);
    return loaded() ? -1 : 0;
}

/* Saved there it keeps the code; overwritten it does not. */
static void expect_kept_by(volatile uintptr_t *place)
{
    save(place);
    revert();
    assert_true(loaded());
    *place = 0;
    expect_gone();
}

/* ---- memory ---- */

static void the_heap_counts(void **state)
{
    uintptr_t *object = malloc(100);
    (void)state;
    expect_kept_by(&object[5]);
    free(object);
}

static uintptr_t variable;

static void variables_count(void **state)
{
    (void)state;
    expect_kept_by(&variable);
}

static void a_large_allocation_counts_to_its_end(void **state)
{
    const size_t count = (8u << 20) / sizeof(uintptr_t);
    uintptr_t *object = malloc(count * sizeof(*object));
    (void)state;
    expect_kept_by(&object[count - 1]);
    free(object);
}

static uintptr_t *map(int flags, int fd)
{
    void *memory = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    return memory;
}

static void a_mapping_counts(void **state)
{
    uintptr_t *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
    (void)state;
    expect_kept_by(&memory[1000]);
    munmap(memory, 64 * PAGE);
}

static void expect_kept_when_closed(uintptr_t *memory)
{
    save(&memory[7]);
    mprotect(memory, 64 * PAGE, PROT_READ);
    revert();
    assert_true(loaded());
    mprotect(memory, 64 * PAGE, PROT_NONE);
    subject_reclaim(30);
    assert_true(loaded());
    munmap(memory, 64 * PAGE);
    expect_gone();
}

static void memory_that_cannot_be_written_any_more_counts(void **state)
{
    (void)state;
    expect_kept_when_closed(map(MAP_PRIVATE | MAP_ANONYMOUS, -1));
}

static void shared_memory_that_cannot_be_written_any_more_counts(void **state)
{
    (void)state;
    expect_kept_when_closed(map(MAP_SHARED | MAP_ANONYMOUS, -1));
}

static void a_private_copy_of_a_file_counts(void **state)
{
    int fd = memfd_create("file", 0);
    uintptr_t *memory;
    (void)state;
    assert_int_equal(ftruncate(fd, 64 * PAGE), 0);
    memory = map(MAP_PRIVATE, fd);
    expect_kept_by(&memory[600]);
    munmap(memory, 64 * PAGE);
    close(fd);
}

static void shared_memory_counts(void **state)
{
    int fd = memfd_create("shared", 0);
    uintptr_t *memory;
    (void)state;
    assert_int_equal(ftruncate(fd, 64 * PAGE), 0);
    memory = map(MAP_SHARED, fd);
    expect_kept_by(&memory[600]);
    munmap(memory, 64 * PAGE);
    close(fd);
}

/* Nobody in this process has touched the page. */
static void shared_memory_that_another_process_has_written_counts(void **state)
{
    uintptr_t *memory = map(MAP_SHARED | MAP_ANONYMOUS, -1);
    pid_t child = fork();
    (void)state;
    if (child == 0) {
        save(&memory[5000]);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    revert();
    assert_true(loaded());
    munmap(memory, 64 * PAGE);
    expect_gone();
}

static void a_pointer_in_between_counts_to_its_last_byte(void **state)
{
    (void)state;
    hidden -= 5;
    expect_kept_by(&variable);
}

/* ---- threads ---- */

static __thread volatile uintptr_t of_thread;
static pthread_key_t key;
static uint32_t started, stop;

static void *keep_in_thread(void *unused)
{
    of_thread = ~hidden;
    tw_store32_release(&started, 1);
    while (!tw_load32_acquire(&stop))
        usleep(1000);
    return unused;
}

static void *keep_as_specific(void *unused)
{
    pthread_setspecific(key, (void *)~hidden);
    tw_store32_release(&started, 1);
    while (!tw_load32_acquire(&stop))
        usleep(1000);
    return unused;
}

static void expect_kept_by_thread(void *(*body)(void *))
{
    pthread_t thread;

    tw_store32_release(&started, 0);
    tw_store32_release(&stop, 0);
    assert_int_equal(pthread_create(&thread, NULL, body, NULL), 0);
    while (!tw_load32_acquire(&started))
        usleep(100);
    revert();
    assert_true(loaded());
    tw_store32_release(&stop, 1);
    pthread_join(thread, NULL);
    expect_gone();
}

static void variables_of_threads_count(void **state)
{
    (void)state;
    expect_kept_by_thread(keep_in_thread);
}

static void what_pthread_setspecific_keeps_counts(void **state)
{
    (void)state;
    assert_int_equal(pthread_key_create(&key, NULL), 0);
    expect_kept_by_thread(keep_as_specific);
    pthread_key_delete(key);
}

/* ---- a pointer that moves ---- */

static volatile uintptr_t *cells[2];

static void *move_pointer(void *unused)
{
    for (int n = 0; !tw_load32_acquire(&stop); n++) {
        save(cells[n % 2]);
        *cells[(n + 1) % 2] = 0;
        usleep(20000);
    }
    *cells[0] = *cells[1] = 0;
    return unused;
}

static void a_pointer_that_moves_is_not_lost(void **state)
{
    char *memory = malloc(4u << 20);
    pthread_t thread;
    (void)state;
    memset(memory, 1, 4u << 20);
    cells[0] = (volatile uintptr_t *)memory;
    cells[1] = (volatile uintptr_t *)(memory + (3u << 20));
    save(cells[0]);
    tw_store32_release(&stop, 0);
    assert_int_equal(pthread_create(&thread, NULL, move_pointer, NULL), 0);
    assert_int_equal(rv_revert(0, &per_call), 0);
    subject_reclaim(300);
    assert_true(loaded());
    tw_store32_release(&stop, 1);
    pthread_join(thread, NULL);
    free(memory);
    expect_gone();
}

/* ---- the kernel ---- */

static void a_disposition_counts(void **state)
{
    (void)state;
    signal(SIGUSR1, (void (*)(int))~hidden);
    revert();
    assert_true(loaded());
    signal(SIGUSR1, SIG_DFL);
    expect_gone();
}

static __attribute__((noinline)) int make_timer(timer_t *timer)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGUSR1,
                             .sigev_value.sival_ptr = (void *)~hidden};

    return timer_create(CLOCK_MONOTONIC, &event, timer);
}

static void what_a_timer_brings_counts(void **state)
{
    timer_t timer;
    (void)state;
    assert_int_equal(make_timer(&timer), 0);
    revert();
    assert_true(loaded());
    timer_delete(timer);
    expect_gone();
}

static __attribute__((noinline)) int watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = (void *)~hidden};

    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void what_epoll_gives_back_counts(void **state)
{
    int epoll = epoll_create1(0), ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(watch(epoll, ends[0]), 0);
    revert();
    assert_true(loaded());
    close(epoll);
    close(ends[0]);
    close(ends[1]);
    expect_gone();
}

/* ---- fork ---- */

static void the_child_of_a_fork_has_its_own_pointers(void **state)
{
    pid_t child;
    int status;
    (void)state;
    save(&variable);
    revert();
    assert_true(loaded());
    child = fork();
    if (child == 0) {
        variable = 0;
        subject_sweep_stack();
        subject_reclaim(1000);
        _exit(loaded());
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    subject_reclaim(30);
    assert_true(loaded());
    variable = 0;
    expect_gone();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, apply, clean)
    const struct CMUnitTest tests[] = {
        TEST(the_heap_counts),
        TEST(variables_count),
        TEST(a_large_allocation_counts_to_its_end),
        TEST(a_mapping_counts),
        TEST(memory_that_cannot_be_written_any_more_counts),
        TEST(shared_memory_that_cannot_be_written_any_more_counts),
        TEST(a_private_copy_of_a_file_counts),
        TEST(shared_memory_counts),
        TEST(shared_memory_that_another_process_has_written_counts),
        TEST(a_pointer_in_between_counts_to_its_last_byte),
        TEST(variables_of_threads_count),
        TEST(what_pthread_setspecific_keeps_counts),
        TEST(a_pointer_that_moves_is_not_lost),
        TEST(a_disposition_counts),
        TEST(what_a_timer_brings_counts),
        TEST(what_epoll_gives_back_counts),
        TEST(the_child_of_a_fork_has_its_own_pointers),
    };
    int failed;

    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof(path), "%s/fix.rvp", folder);
    failed = cmocka_run_group_tests_name("saved", tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return failed;
}
