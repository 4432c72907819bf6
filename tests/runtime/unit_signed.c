/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_signed.c - revector.h in a process that was started with a key.
 *
 * The program makes a key with minisign(1) and starts itself anew with it. What a
 * signature may look like is tested in tests/ctl: test_signature.c, e2e/signatures.sh.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "revector/revector.h"
#include "subject.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[PATH_MAX], beside[PATH_MAX + 16], text[8192], detail[256];
static struct rv_apply_options options;

/* In the folder that main() has made. */
static int run(const char *command)
{
    return system(command);
}

static void sign(void)
{
    assert_int_equal(run("minisign -S -W -s key -m fix.rvp >/dev/null 2>&1"), 0);
}

static void read_signature(void)
{
    FILE *file = fopen(beside, "rb");

    assert_non_null(file);
    options.signature = text;
    options.signature_size = fread(text, 1, sizeof(text), file);
    fclose(file);
}

static int fresh(void **state)
{
    (void)state;
    options = (struct rv_apply_options){
        .size = sizeof(options), .detail = detail, .detail_size = sizeof(detail)};
    *detail = 0;
    unlink(beside);
    subject_patch("good", path);
    return 0;
}

static void expect_refusal(int error)
{
    const unsigned before = subject_loads();

    assert_int_equal(rv_apply(path, &options, NULL), error);
    assert_int_equal(subject_loads(), before);
    assert_int_equal(answer(1), 2);
    assert_false(subject_has_mapped("fix.rvp"));
}

static void a_signature_beside_the_file_is_found(void **state)
{
    (void)state;
    sign();
    assert_int_equal(rv_apply(path, NULL, NULL), 0);
    assert_int_equal(answer(1), 101);
    assert_true(subject_loads() || subject_is_sanitized());
    assert_true(subject_has_mapped("/memfd:fix.rvp")); /* what was checked, not the file */
    assert_int_equal(rv_apply(path, NULL, NULL), RV_EAPPLIED);
}

static void a_signature_that_is_given_is_the_one_that_counts(void **state)
{
    (void)state;
    sign();
    read_signature();
    unlink(beside);
    assert_int_equal(rv_apply(path, &options, NULL), 0);
    assert_int_equal(answer(1), 101);
    assert_int_equal(rv_revert(0, NULL), 0);
    subject_reclaim(1000);
    sign();
    options.signature_size = 20;
    expect_refusal(RV_ESIGFORM);
}

static void an_unsigned_patch_is_refused(void **state)
{
    (void)state;
    expect_refusal(RV_EUNSIGNED);
}

static void a_signature_of_another_patch_is_refused(void **state)
{
    (void)state;
    sign();
    subject_patch("other", path);
    expect_refusal(RV_EFORGED);
}

static void a_later_environment_changes_nothing(void **state)
{
    char *key = strdup(getenv("REVECTOR_KEY"));

    (void)state;
    unsetenv("REVECTOR_KEY");
    expect_refusal(RV_EUNSIGNED);
    setenv("REVECTOR_KEY", "nonsense", 1);
    sign();
    assert_int_equal(rv_apply(path, NULL, NULL), 0);
    setenv("REVECTOR_KEY", key, 1);
    free(key);
}

static void descriptors_do_not_leak(void **state)
{
    int before = dup(0), after;

    (void)state;
    close(before);
    expect_refusal(RV_EUNSIGNED);
    sign();
    for (int n = 0; n < 5; n++) {
        assert_int_equal(rv_apply(path, NULL, NULL), 0);
        assert_int_equal(rv_revert(0, NULL), 0);
        subject_reclaim(1000);
    }
    after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

/* Makes folder and key, and begins again with both. */
static int start_with_key(char **argv)
{
    char folder[] = "/tmp/revector-signed-XXXXXX";

    if (!mkdtemp(folder) || chdir(folder) || run("minisign -G -W -p pub -s key >/dev/null 2>&1"))
        return 2;
    setenv("REVECTOR_KEY", "pub", 1);
    execv("/proc/self/exe", argv);
    return 2;
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, subject_clean)
    const struct CMUnitTest tests[] = {
        TEST(a_signature_beside_the_file_is_found),
        TEST(a_signature_that_is_given_is_the_one_that_counts),
        TEST(an_unsigned_patch_is_refused),
        TEST(a_signature_of_another_patch_is_refused),
        TEST(a_later_environment_changes_nothing),
        TEST(descriptors_do_not_leak),
    };
    char folder[PATH_MAX - 16];
    int failed;

    (void)argc;
    if (!getenv("REVECTOR_KEY"))
        return start_with_key(argv);
    if (!getcwd(folder, sizeof(folder)))
        return 2;
    snprintf(path, sizeof(path), "%s/fix.rvp", folder);
    snprintf(beside, sizeof(beside), "%s.minisig", path);
    failed = cmocka_run_group_tests_name("signed", tests, NULL, NULL);
    run("rm -f pub key fix.rvp fix.rvp.minisig");
    rmdir(folder);
    return failed;
}
