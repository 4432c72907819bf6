/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_journal_marks.c - which patch a start did not survive, and what a kept one's name says.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "journal.h"
#include "revector/revector.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUILD "0123abcd"
#define PATCH "00000001-fix.rvp"

static char top[] = "/tmp/revector-marks-XXXXXX";
static char folder[64], mark_path[128];
static char why[256];

static int set_up(void **state)
{
    (void)state;
    unlink(mark_path);
    return chmod(folder, 0755);
}

static int is_marked(void)
{
    return access(mark_path, F_OK) == 0;
}

/* In another process, which ends as it does; the answer is an error code. */
static int mark_elsewhere(int takes_it_away)
{
    struct rv_journal_mark mark;
    int status, error;
    pid_t child = fork();

    if (child == 0) {
        error = rv_journal_mark(BUILD, PATCH, &mark, why, sizeof(why));
        if (takes_it_away && !error)
            error = rv_journal_unmark(&mark, why, sizeof(why));
        _exit(-error);
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    return -WEXITSTATUS(status);
}

static struct rv_journal_mark marked(void)
{
    struct rv_journal_mark mark;

    assert_int_equal(rv_journal_mark(BUILD, PATCH, &mark, why, sizeof(why)), 0);
    assert_true(is_marked());
    return mark;
}

static void a_mark_is_there_while_a_patch_is_applied(void **state)
{
    struct rv_journal_mark mark = marked();
    (void)state;
    assert_int_equal(rv_journal_unmark(&mark, why, sizeof(why)), 0);
    assert_false(is_marked());
    assert_int_equal(rv_journal_unmark(&mark, why, sizeof(why)), 0); /* there is none */
}

static void a_mark_whose_process_has_ended_refuses_the_patch(void **state)
{
    struct rv_journal_mark mark;
    (void)state;
    assert_int_equal(mark_elsewhere(0), 0);
    for (int n = 0; n < 3; n++) {
        assert_int_equal(rv_journal_mark(BUILD, PATCH, &mark, why, sizeof(why)), RV_EUNFINISHED);
        assert_string_equal(why, "delete " PATCH ".applying beside it to try again");
    }
    assert_int_equal(unlink(mark_path), 0);
    mark = marked();
    assert_int_equal(rv_journal_unmark(&mark, why, sizeof(why)), 0);
}

static void processes_that_apply_it_at_once_share_the_mark(void **state)
{
    struct rv_journal_mark mark = marked();
    (void)state;
    assert_int_equal(mark_elsewhere(1), 0);
    assert_true(is_marked()); /* ours */
    assert_int_equal(mark_elsewhere(0), 0); /* it has ended, but somebody goes on */
    assert_int_equal(rv_journal_unmark(&mark, why, sizeof(why)), 0);
    assert_false(is_marked());
}

static void a_mark_goes_though_its_descriptor_was_closed(void **state)
{
    struct rv_journal_mark mark = marked();
    const int fd = mark.file.fd;
    (void)state;
    close(fd);
    assert_int_equal(open("/dev/null", O_RDONLY | O_CLOEXEC), fd); /* another file's now */
    assert_int_equal(rv_journal_unmark(&mark, why, sizeof(why)), 0);
    assert_int_equal(close(fd), 0); /* which was left alone */
    assert_false(is_marked());
}

static void a_mark_that_is_handed_over_stays(void **state)
{
    struct rv_journal_mark mark = marked();
    (void)state;
    rv_journal_hand_over(&mark);
    assert_true(is_marked());
    assert_int_equal(rv_journal_unmark(&mark, why, sizeof(why)), 0);
    assert_false(is_marked());
}

static void a_symbolic_link_in_the_place_of_a_mark_is_not_followed(void **state)
{
    struct rv_journal_mark mark;
    (void)state;
    assert_int_equal(symlink("/tmp/revector-nobody-makes-this", mark_path), 0);
    assert_int_equal(rv_journal_mark(BUILD, PATCH, &mark, why, sizeof(why)), RV_EUNFINISHED);
    assert_int_not_equal(access("/tmp/revector-nobody-makes-this", F_OK), 0);
}

static void where_no_mark_can_be_made_it_is_said_and_nothing_is_left(void **state)
{
    struct rv_journal_mark mark;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    (void)state;
    assert_int_equal(flock(fd, LOCK_EX), 0); /* somebody who was stopped */
    assert_int_equal(rv_journal_mark(BUILD, PATCH, &mark, why, sizeof(why)), RV_EJOURNAL);
    close(fd);
    assert_false(is_marked());
    assert_int_equal(rv_journal_unmark(&mark, why, sizeof(why)), 0);
}

/* ---- terms ---- */

static const char *name_with(const char *name, int replaces, uint32_t probation_ms)
{
    static struct rv_journal_copy copy;
    const struct rv_journal_terms terms = {replaces, probation_ms};

    snprintf(copy.name, sizeof(copy.name), "%s", name);
    rv_journal_put_terms(&copy, &terms);
    return copy.name;
}

static void expect_terms(const char *name, int replaces, uint32_t probation_ms)
{
    const struct rv_journal_terms terms = rv_journal_terms_of(name);

    assert_int_equal(terms.replaces, replaces);
    assert_int_equal(terms.probation_ms, probation_ms);
}

static void terms_stand_in_the_name(void **state)
{
    (void)state;
    assert_string_equal(name_with("fix", 0, 0), "fix");
    assert_string_equal(name_with("fix", 1, 0), "fix.replace");
    assert_string_equal(name_with("fix", 0, 1500), "fix.probation-1500ms");
    assert_string_equal(name_with("fix", 1, RV_PROBATION_NONE), "fix.probation-0ms.replace");
}

static void terms_are_read_from_the_name(void **state)
{
    (void)state;
    expect_terms("00000001-fix.rvp", 0, 0);
    expect_terms("00000001-fix.replace.rvp", 1, 0);
    expect_terms("00000001-fix.probation-1500ms.rvp", 0, 1500);
    expect_terms("00000001-fix.probation-0ms.replace.rvp", 1, RV_PROBATION_NONE);
    expect_terms("00000001-fix.replace.probation-7ms.rvp", 1, 7);
}

static void what_is_not_quite_a_term_is_a_name(void **state)
{
    (void)state;
    expect_terms("00000001-fix.probation-s.rvp", 0, 0);
    expect_terms("00000001-fix.probation-5msx.rvp", 0, 0);
    expect_terms("00000001-fix.replaced.rvp", 0, 0);
    expect_terms("00000001-replace.rvp", 0, 0);
    expect_terms("00000001-fix.probation-5ms.more.rvp", 0, 0);
    expect_terms(".rvp", 0, 0);
}

static void a_name_asks_for_nothing_that_nobody_has_asked_for(void **state)
{
    (void)state;
    assert_string_equal(name_with("fix.replace", 0, 0), "fix_replace");
    assert_string_equal(name_with("fix.probation-5ms", 0, 0), "fix_probation-5ms");
    assert_string_equal(name_with("fix.replace.replace", 0, 9),
                        "fix.replace_replace.probation-9ms");
    expect_terms("fix.replace_replace.probation-9ms", 0, 9);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_mark_is_there_while_a_patch_is_applied),
        TEST(a_mark_whose_process_has_ended_refuses_the_patch),
        TEST(processes_that_apply_it_at_once_share_the_mark),
        TEST(a_mark_goes_though_its_descriptor_was_closed),
        TEST(a_mark_that_is_handed_over_stays),
        TEST(a_symbolic_link_in_the_place_of_a_mark_is_not_followed),
        TEST(where_no_mark_can_be_made_it_is_said_and_nothing_is_left),
        TEST(terms_stand_in_the_name),
        TEST(terms_are_read_from_the_name),
        TEST(what_is_not_quite_a_term_is_a_name),
        TEST(a_name_asks_for_nothing_that_nobody_has_asked_for),
    };
    int failed;

    if (!mkdtemp(top) || setenv("REVECTOR_UPDATES", top, 1))
        return 2;
    rv_journal_init();
    snprintf(folder, sizeof(folder), "%s/%s", top, BUILD);
    snprintf(mark_path, sizeof(mark_path), "%s/" PATCH ".applying", folder);
    if (mkdir(folder, 0755))
        return 2;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (set_up(NULL) || rmdir(folder) || rmdir(top))
        return 2;
    return failed;
}
