/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_process.c - fork, protection, and systems that refuse executable memory.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "revector/record.h"
#include "revector/revector.h"
#include "subject.h"
#include "tablewalk/tw_atomic.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE              65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

static char folder[] = "/tmp/revector-process-XXXXXX";
static char path[PATH_MAX];

static int apply_kind(const char *kind)
{
    subject_patch(kind, path);
    return rv_apply(path, NULL, NULL);
}

/* Runs `body` in a child; its exit status, or -1 if a signal ended it. */
static int in_child(int (*body)(void))
{
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(body());
    if (waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- fork ---- */

/* Has the parent's update, reverts it, applies another; the parent sees none of it. */
static int live_on_ones_own(void)
{
    if (answer(1) != 101)
        return 1;
    if (rv_revert(0, NULL) || answer(1) != 2)
        return 2;
    subject_reclaim(1000);
    if (subject_has_mapped(folder))
        return 3;
    if (apply_kind("other") || answer(1) != 201)
        return 4;
    return 0;
}

static void a_child_lives_on_its_own(void **state)
{
    (void)state;
    assert_int_equal(apply_kind("good"), 0);
    assert_int_equal(in_child(live_on_ones_own), 0);
    assert_int_equal(answer(1), 101);
}

static void *apply_and_revert(void *stop)
{
    while (!tw_load32_acquire(stop)) {
        if (apply_kind("good") || rv_revert(0, NULL))
            abort();
        rv_reclaim();
    }
    return NULL;
}

static int try_an_update(void)
{
    snprintf(path, sizeof(path), "%s/child.rvp", folder);
    if (rv_revert(0, NULL) || answer(1) != 2)
        return 1;
    return apply_kind("other") || answer(1) != 201;
}

/* Whatever another thread is in the middle of, the child's tables and locks are whole. */
static void a_fork_in_the_middle_of_an_update_is_whole(void **state)
{
    uint32_t stop = 0;
    pthread_t thread;
    (void)state;
    pthread_create(&thread, NULL, apply_and_revert, &stop);
    for (int n = 0; n < 50; n++)
        assert_int_equal(in_child(try_an_update), 0);
    tw_store32_release(&stop, 1);
    pthread_join(thread, NULL);
}

/* ---- protection ---- */

static int write_to_root(void)
{
    *subject_slot() = 1;
    return 0;
}

static int write_to_leaf(void)
{
    *(uint64_t *)(uintptr_t)*subject_slot() = 1;
    return 0;
}

static void the_table_is_read_only_at_rest(void **state)
{
    (void)state;
    signal(SIGSEGV, SIG_DFL); /* cmocka catches it */
    assert_int_equal(in_child(write_to_root), -1);
    assert_int_equal(in_child(write_to_leaf), -1);
    assert_int_equal(apply_kind("good"), 0);
    assert_int_equal(in_child(write_to_root), -1);
    assert_int_equal(in_child(write_to_leaf), -1);
    assert_int_equal(rv_revert(0, NULL), 0);
    assert_int_equal(in_child(write_to_root), -1);
}

/* ---- no new executable memory ---- */

static int is_refused(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(page, 4096, PROT_READ | PROT_EXEC) != 0;
}

static int update_and_take_back(void)
{
    if (apply_kind("good") || answer(1) != 101)
        return 2;
    if (rv_revert(0, NULL) || answer(1) != 2)
        return 3;
    return 0;
}

static int under_mdwe(void)
{
    if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0))
        return 77; /* a kernel before 6.3 */
    return is_refused() ? update_and_take_back() : 1;
}

static int under_seccomp(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(rules) / sizeof(rules[0]), rules};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        return 77;
    return is_refused() ? update_and_take_back() : 1;
}

static void updates_work_without_new_executable_memory(void **state)
{
    int mdwe = in_child(under_mdwe), seccomp = in_child(under_seccomp);
    (void)state;
    print_message("PR_SET_MDWE: %s, seccomp: %s\n", mdwe == 77 ? "not here" : "tried",
                  seccomp == 77 ? "not here" : "tried");
    assert_true(mdwe == 0 || mdwe == 77);
    assert_true(seccomp == 0 || seccomp == 77);
    assert_false(mdwe == 77 && seccomp == 77);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, subject_clean)
    const struct CMUnitTest tests[] = {
        TEST(a_child_lives_on_its_own),
        TEST(a_fork_in_the_middle_of_an_update_is_whole),
        TEST(the_table_is_read_only_at_rest),
        TEST(updates_work_without_new_executable_memory),
    };
    int failed;

    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof(path), "%s/fix.rvp", folder);
    failed = cmocka_run_group_tests_name("process", tests, NULL, NULL);
    unlink(path);
    snprintf(path, sizeof(path), "%s/child.rvp", folder);
    unlink(path);
    rmdir(folder);
    return failed;
}
