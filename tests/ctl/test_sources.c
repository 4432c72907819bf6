/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sources.c - which files a make rule names, and how a list of sources grows.
 */
#include "build_sources.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/revector-sources.XXXXXX";

static const char *const files[] = {"a.h", "with blank.h", "with#hash.h", "with$dollar.h",
                                    "back\\slash.h"};
enum { FILES = sizeof(files) / sizeof(files[0]) };

static const char *in_folder(const char *name)
{
    static char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static int make_files(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    for (int i = 0; i < FILES; i++) {
        int fd = open(in_folder(files[i]), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        if (fd < 0)
            return -1;
        close(fd);
    }
    return symlink("a.h", in_folder("link.h"));
}

static int remove_files(void **state)
{
    (void)state;
    for (int i = 0; i < FILES; i++)
        unlink(in_folder(files[i]));
    unlink(in_folder("link.h"));
    return rmdir(folder);
}

static void relative_names_are_of_the_compilers_directory(void **state)
{
    (void)state;
    assert_true(rv_rule_has("it: main.c a.h\n", folder, in_folder("a.h")));
    assert_false(rv_rule_has("it: main.c a.h\n", "/", in_folder("a.h")));
}

static void absolute_names_are_found(void **state)
{
    char rule[PATH_MAX];

    (void)state;
    snprintf(rule, sizeof(rule), "it: main.c %s\n", in_folder("a.h"));
    assert_true(rv_rule_has(rule, "/", in_folder("a.h")));
}

static void names_go_on_behind_the_end_of_a_line(void **state)
{
    (void)state;
    assert_true(rv_rule_has("it: main.c \\\n  b.h \\\n  a.h\n", folder, in_folder("a.h")));
}

static void other_names_are_not_found(void **state)
{
    (void)state;
    assert_false(rv_rule_has("it: main.c b.h aa.h a.hh\n", folder, in_folder("a.h")));
    assert_false(rv_rule_has("it:", folder, in_folder("a.h")));
    assert_false(rv_rule_has("", folder, in_folder("a.h")));
    assert_false(rv_rule_has("it: a.h\n", folder, in_folder("missing.h")));
}

static void what_make_needs_escaped_is_found(void **state)
{
    static const char rule[] = "it: with\\ blank.h with\\#hash.h with$$dollar.h back\\slash.h\n";

    (void)state;
    for (int i = 1; i < FILES; i++)
        assert_true(rv_rule_has(rule, folder, in_folder(files[i])));
    assert_false(rv_rule_has(rule, folder, in_folder("a.h")));
}

static void a_link_is_the_file_that_it_leads_to(void **state)
{
    (void)state;
    assert_true(rv_rule_has("it: link.h\n", folder, in_folder("a.h")));
}

static void the_target_is_no_source(void **state)
{
    (void)state;
    assert_false(rv_rule_has("a.h: main.c\n", folder, in_folder("a.h")));
}

/* One file, compiled twice, is two sources; the same one named twice is one. */
static void a_source_is_a_file_as_a_unit(void **state)
{
    struct rv_target_image image = {.path = "/bin/kv"};
    struct rv_sources sources = {0};

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(rv_sources_add(&sources, "/src/kv.c",
                                        (struct rv_target_unit){&image, (uint32_t)i / 2},
                                        RV_COMPILE_ORIGINAL),
                         0);
    assert_int_equal(sources.count, 2);
    rv_sources_free(&sources);
    assert_int_equal(sources.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relative_names_are_of_the_compilers_directory),
        cmocka_unit_test(absolute_names_are_found),
        cmocka_unit_test(names_go_on_behind_the_end_of_a_line),
        cmocka_unit_test(other_names_are_not_found),
        cmocka_unit_test(what_make_needs_escaped_is_found),
        cmocka_unit_test(a_link_is_the_file_that_it_leads_to),
        cmocka_unit_test(the_target_is_no_source),
        cmocka_unit_test(a_source_is_a_file_as_a_unit),
    };

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
