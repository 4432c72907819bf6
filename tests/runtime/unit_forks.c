/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_forks.c - a thread forks at the moment when an update has just begun to move threads,
 * before whoever applies it does anything else. The child has all that belongs to the update.
 *
 * The thread waits a second at the gate (gate.h), as one does that is not to wait for ever.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crash.h"
#include "move.h"
#include "operate.h"
#include "revector/error.h"
#include "subject.h"
#include "update.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONFIRM_MS 300

static char folder[] = "/tmp/revector-forks-XXXXXX";
static char path[PATH_MAX];

/* What the child does; its exit status. */
static int (*look)(uint32_t id);
static int calls; /* the thread that forks calls a function first, and so has moved */
static int status;

struct moment {
    uint32_t id;
};

static void *fork_and_look(void *argument)
{
    const struct moment *moment = argument;
    pid_t child;

    if (calls && answer(1) != 101)
        abort();
    child = fork();
    if (child == 0)
        _exit(look(moment->id));
    waitpid(child, &status, 0);
    return NULL;
}

int __real_rv_update_transition(struct rv_update *update, enum rv_consistency consistency,
                                uint32_t threads);
int __wrap_rv_update_transition(struct rv_update *update, enum rv_consistency consistency,
                                uint32_t threads);

int __wrap_rv_update_transition(struct rv_update *update, enum rv_consistency consistency,
                                uint32_t threads)
{
    struct moment moment = {.id = update->id};
    const int error = __real_rv_update_transition(update, consistency, threads);
    pthread_t thread;

    if (!error && look && pthread_create(&thread, NULL, fork_and_look, &moment) == 0)
        pthread_join(thread, NULL);
    return error;
}

/* The parent's own update ends as ever, and is taken back. */
static int status_of_child(int (*body)(uint32_t id), int has_moved, uint32_t confirm_ms)
{
    const struct rv_operate_terms terms = {
        .patience_ms = RV_HOST_FOR_EVER, .confirm_ms = confirm_ms, .asker.kind = RV_BY_PROGRAM};
    uint32_t id = 0;
    int fd, error;

    subject_patch("bare", path);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    look = body;
    calls = has_moved;
    status = -1;
    error = rv_operate_apply(fd, path, NULL, &terms, &id);
    look = NULL;
    close(fd);
    assert_int_equal(error, 0);
    assert_int_equal(answer(1), 101);
    assert_int_equal(rv_revert(0, NULL), 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct rv_event last_event;
void __real_rv_history_add(const struct rv_event *event);
void __wrap_rv_history_add(const struct rv_event *event);

void __wrap_rv_history_add(const struct rv_event *event)
{
    last_event = *event;
    __real_rv_history_add(event);
}

/* ---- in the child ---- */

static int has_the_deadline(uint32_t id)
{
    if (rv_host_state(id) != RV_UPDATE_COMMITTED || answer(1) != 101)
        return 1;
    if (!rv_operate_time_left(id) || rv_operate_time_left(id) > CONFIRM_MS)
        return 2;
    usleep(CONFIRM_MS * 1000 + 50000);
    rv_operate_due();
    if (answer(1) != 2)
        return 3;
    return strcmp(last_event.text, "nobody confirmed it in time") ? 4 : 0;
}

static int has_the_probation(uint32_t id)
{
    uint64_t left;

    rv_platform_lock();
    left = rv_crash_time_left_locked(id);
    rv_platform_unlock();
    if (rv_host_state(id) != RV_UPDATE_COMMITTED || answer(1) != 101)
        return 1;
    return left > 9000 && left <= 10000 ? 0 : 2; /* not 0: there is an end to it */
}

static int says_why_it_has_given_up(uint32_t id)
{
    if (rv_host_state(id) != RV_UPDATE_ABORTED || answer(1) != 2)
        return 1;
    return last_event.error == RV_EFORK ? 0 : 2;
}

static int unloads_what_it_has_given_up(uint32_t id)
{
    (void)id;
    subject_reclaim(1000);
    return subject_has_mapped(folder);
}

/* ---- */

static void the_child_reverts_what_nobody_confirms(void **state)
{
    (void)state;
    assert_int_equal(status_of_child(has_the_deadline, 1, CONFIRM_MS), 0);
}

static void the_child_has_its_probation_which_ends(void **state)
{
    (void)state;
    assert_int_equal(status_of_child(has_the_probation, 1, 0), 0);
}

static void a_child_that_gives_it_up_says_that_a_fork_came(void **state)
{
    (void)state;
    assert_int_equal(status_of_child(says_why_it_has_given_up, 0, 0), 0);
}

static void a_child_that_gives_it_up_unloads_the_patch(void **state)
{
    (void)state;
    assert_int_equal(status_of_child(unloads_what_it_has_given_up, 0, 0), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, subject_clean)
    const struct CMUnitTest tests[] = {
        TEST(the_child_reverts_what_nobody_confirms),
        TEST(the_child_has_its_probation_which_ends),
        TEST(a_child_that_gives_it_up_says_that_a_fork_came),
        TEST(a_child_that_gives_it_up_unloads_the_patch),
    };
    int failed;

    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof(path), "%s/fix.rvp", folder);
    failed = cmocka_run_group_tests_name("forks", tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return failed;
}
