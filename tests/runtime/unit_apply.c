/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_apply.c - patch files are applied, reverted and refused, in this process.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "made_code.h"
#include "revector/revector.h"
#include "subject.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/revector-apply-XXXXXX";
static char path[PATH_MAX];
static char detail[256];
static struct rv_apply_options options = {
    .size = sizeof(options), .detail = detail, .detail_size = sizeof(detail)};

static int apply(uint32_t *id)
{
    detail[0] = '\0';
    return rv_apply(path, &options, id);
}

static uint32_t apply_kind(const char *kind)
{
    uint32_t id = 0;
    int error;
    subject_patch(kind, path);
    error = apply(&id);
    if (error)
        print_error("%s: %s (%s)\n", kind, rv_error_text(error), detail);
    assert_int_equal(error, 0);
    assert_int_not_equal(id, 0);
    return id;
}

/* Also: everything is as it was. `names` may be null: then there must be some. */
static void expect_refusal(int expected, const char *names)
{
    int error = apply(NULL);
    if (error != expected)
        print_error("%s (%s)\n", rv_error_text(error), detail);
    assert_int_equal(error, expected);
    if (names)
        assert_string_equal(detail, names);
    else
        assert_true(detail[0]);
    assert_int_equal(answer(1), 2);
    assert_false(subject_has_mapped(folder));
}

static int clean(void **state)
{
    (void)state;
    options.flags = options.consistency = 0;
    counter = 0;
    if (rv_revert(0, NULL))
        return -1;
    subject_reclaim(1000);
    return subject_has_mapped(folder) ? -1 : 0;
}

static void a_patch_is_applied_and_reverted(void **state)
{
    int (*pointer)(int) = answer;
    uint32_t id;
    (void)state;
    assert_int_equal(pointer(1), 2);
    id = apply_kind("good");
    assert_int_equal(answer(1), 101);
    assert_int_equal(pointer(1), 101);
    assert_ptr_equal(pointer, answer);
    assert_int_equal(rv_revert(id, NULL), 0);
    assert_int_equal(pointer(1), 2);
    assert_int_equal(rv_revert(id, NULL), RV_EREVERTED);
}

static void a_patch_reaches_the_programs_data_and_methods(void **state)
{
    (void)state;
    assert_int_equal(count_up(5), 5);
    assert_int_equal(counter, 1);
    apply_kind("good");
    assert_int_equal(count_up(5), 5 + 100 + 1001); /* by the new answer() too */
    assert_int_equal(counter, 1001);
    assert_int_equal(rv_revert(0, NULL), 0);
    assert_int_equal(count_up(5), 5 + 1001);
}

static void patches_stack_and_are_reverted_in_any_order(void **state)
{
    uint32_t first, second;
    (void)state;
    first = apply_kind("good");
    second = apply_kind("other"); /* same path, another file */
    assert_int_equal(answer(1), 201);
    assert_int_equal(rv_revert(first, NULL), 0);
    assert_int_equal(answer(1), 201);
    assert_int_equal(rv_revert(second, NULL), 0);
    assert_int_equal(answer(1), 2);
}

static int note_state(const struct rv_update_info *info, void *context)
{
    ((uint32_t *)context)[info->id] = info->state;
    return 0;
}

static void a_replacing_patch_supersedes_the_others(void **state)
{
    static uint32_t states[1000];
    uint32_t first, second;
    (void)state;
    first = apply_kind("good");
    options.flags = RV_APPLY_REPLACE;
    second = apply_kind("other");
    assert_int_equal(answer(1), 201);
    assert_int_equal(rv_each_update(note_state, states), 0);
    assert_int_equal(states[second], RV_STATUS_COMMITTED);
    assert_true(states[first] == RV_STATUS_REPLACED || states[first] == 0);
    assert_int_equal(rv_revert(second, NULL), 0);
    assert_int_equal(answer(1), 2);
}

static void revert_all_without_updates_is_nothing(void **state)
{
    (void)state;
    assert_int_equal(rv_revert(0, NULL), 0);
    assert_int_equal(rv_revert(12345, NULL), RV_ENOUPDATE);
}

static void a_dry_run_changes_nothing(void **state)
{
    uint32_t id = 7;
    (void)state;
    subject_patch("good", path);
    options.flags = RV_APPLY_DRY_RUN;
    assert_int_equal(apply(&id), 0);
    assert_int_equal(id, 0);
    assert_int_equal(answer(1), 2);
    assert_false(subject_has_mapped(folder));
}

static void the_same_file_is_applied_once(void **state)
{
    uint32_t id = apply_kind("good");
    (void)state;
    assert_int_equal(apply(NULL), RV_EAPPLIED);
    assert_int_equal(answer(1), 101);
    assert_int_equal(rv_revert(id, NULL), 0);
    assert_int_equal(apply(&id), 0); /* while the first one may still be loaded */
    assert_int_equal(answer(1), 101);
}

static void an_unknown_consistency_is_refused(void **state)
{
    (void)state;
    subject_patch("good", path);
    options.consistency = 3;
    expect_refusal(RV_EOPTIONS, "");
}

static void wrong_types_and_names_are_refused_by_name(void **state)
{
    (void)state;
    subject_patch("signature", path);
    expect_refusal(RV_ESIGNATURE, "answer");
    subject_patch("ordinal", path);
    expect_refusal(RV_EREPLACEMENT, "answer");
    subject_patch("beyond", path);
    expect_refusal(RV_EREPLACEMENT, "answer");
    subject_patch("type", path);
    expect_refusal(RV_ETYPE, "counter");
}

static void rewrite(size_t size, size_t at, int flip)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t held = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    if (flip)
        bytes[at] ^= 1;
    file = fopen(path, "wb");
    fwrite(bytes, 1, size && size < held ? size : held, file);
    if (size > held)
        fwrite("more", 1, 4, file);
    fclose(file);
}

static off_t size_of_patch(void)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    subject_patch("good", path);
    rewrite(0, 5000, 1);
    expect_refusal(RV_EDAMAGED, "");
    for (off_t size = size_of_patch() - 1; size > 64; size = size * 3 / 4) {
        subject_patch("good", path);
        rewrite((size_t)size, 0, 0);
        expect_refusal(RV_ETRUNCATED, "");
    }
    subject_patch("good", path);
    rewrite((size_t)size_of_patch() + 4, 0, 0);
    expect_refusal(RV_ETRUNCATED, "");
}

static void what_is_not_a_patch_is_refused(void **state)
{
    FILE *file = fopen(path, "wb");
    (void)state;
    fclose(file);
    expect_refusal(RV_ENOPATCH, "");
    file = fopen(path, "wb");
    fprintf(file, "hello\n");
    fclose(file);
    expect_refusal(RV_ENOPATCH, "");
    assert_int_equal(rv_apply("/lib/x86_64-linux-gnu/libc.so.6", NULL, NULL), RV_ENOPATCH);
    assert_int_equal(rv_apply("/tmp", NULL, NULL), RV_ENOPATCH);
    assert_int_equal(rv_apply("/tmp/there/is/no/such/file", NULL, NULL), RV_EREAD);
}

static void flip_in_trailer(size_t offset)
{
    subject_patch("good", path);
    rewrite(0, (size_t)size_of_patch() - sizeof(struct rv_trailer) + offset, 1);
}

static void a_patch_for_another_build_is_refused_unloaded(void **state)
{
    (void)state;
    flip_in_trailer(offsetof(struct rv_trailer, build_id));
    expect_refusal(RV_EWRONGBUILD, NULL);
    subject_patch("build", path); /* the trailer agrees, the record does not */
    expect_refusal(RV_EWRONGBUILD, "");
}

static void a_patch_by_another_compiler_is_refused_unloaded(void **state)
{
    (void)state;
    flip_in_trailer(offsetof(struct rv_trailer, compiler));
    expect_refusal(RV_ECOMPILER, "");
}

static void what_the_trailer_refuses_is_not_even_loaded(void **state)
{
    const unsigned before = subject_loads();
    (void)state;
    apply_kind("good");
    assert_int_equal(subject_loads(), before + !subject_is_sanitized());
    assert_int_equal(rv_revert(0, NULL), 0);
    subject_patch("good", path); /* a new file: the other one may be mapped still */
    rewrite(0, 5000, 1);
    assert_int_equal(apply(NULL), RV_EDAMAGED);
    flip_in_trailer(offsetof(struct rv_trailer, build_id));
    assert_int_equal(apply(NULL), RV_EWRONGBUILD);
    flip_in_trailer(offsetof(struct rv_trailer, compiler));
    assert_int_equal(apply(NULL), RV_ECOMPILER);
    flip_in_trailer(offsetof(struct rv_trailer, size));
    assert_int_equal(apply(NULL), RV_ETRUNCATED);
    assert_int_equal(subject_loads(), before + !subject_is_sanitized());
}

static void what_the_dynamic_linker_refuses_is_told_in_its_words(void **state)
{
    (void)state;
    subject_patch("undefined", path);
    assert_int_equal(apply(NULL), RV_ELOAD);
    assert_non_null(strstr(detail, "there_is_no_such_function"));
    assert_int_equal(answer(1), 2);
    assert_false(subject_has_mapped(folder));
}

static void tours_show_updates_and_methods(void **state);

static int see_update(const struct rv_update_info *info, void *context)
{
    struct rv_update_info *seen = context;
    if (info->state == RV_STATUS_COMMITTED)
        *seen = *info;
    return 0;
}

static int see_answer(const struct rv_method_info *info, void *context)
{
    if (strcmp(info->name, "answer") != 0)
        return 0;
    *(struct rv_method_info *)context = *info;
    return 1;
}

static void tours_show_updates_and_methods(void **state)
{
    struct rv_update_info update = {0};
    struct rv_method_info before, after;
    uint32_t id;
    (void)state;
    assert_int_equal(rv_each_method(see_answer, &before), 1);
    id = apply_kind("good");
    rv_each_update(see_update, &update);
    assert_int_equal(update.id, id);
    assert_int_equal(update.methods, 3);
    assert_int_equal(rv_each_method(see_answer, &after), 1);
    assert_int_equal(before.versions, 0);
    assert_int_equal(after.versions, 1);
    assert_int_equal(after.id, before.id);
    assert_ptr_equal(after.entry, answer);
    assert_ptr_not_equal(after.target, before.target);
}

static void descriptors_do_not_leak(void **state)
{
    int before = dup(0), after;
    (void)state;
    close(before);
    for (int n = 0; n < 5; n++) {
        apply_kind("good");
        assert_int_equal(rv_revert(0, NULL), 0);
        subject_reclaim(1000);
        subject_patch("signature", path);
        expect_refusal(RV_ESIGNATURE, "answer");
    }
    after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, clean)
    const struct CMUnitTest tests[] = {
        TEST(a_patch_is_applied_and_reverted),
        TEST(a_patch_reaches_the_programs_data_and_methods),
        TEST(patches_stack_and_are_reverted_in_any_order),
        TEST(a_replacing_patch_supersedes_the_others),
        TEST(revert_all_without_updates_is_nothing),
        TEST(a_dry_run_changes_nothing),
        TEST(the_same_file_is_applied_once),
        TEST(an_unknown_consistency_is_refused),
        TEST(wrong_types_and_names_are_refused_by_name),
        TEST(damaged_files_are_refused),
        TEST(what_is_not_a_patch_is_refused),
        TEST(a_patch_for_another_build_is_refused_unloaded),
        TEST(a_patch_by_another_compiler_is_refused_unloaded),
        TEST(what_the_trailer_refuses_is_not_even_loaded),
        TEST(what_the_dynamic_linker_refuses_is_told_in_its_words),
        TEST(tours_show_updates_and_methods),
        TEST(descriptors_do_not_leak),
    };
    int failed;

    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof(path), "%s/fix.rvp", folder);
    failed = cmocka_run_group_tests_name("apply", tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return failed;
}
