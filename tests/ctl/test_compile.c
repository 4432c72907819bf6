/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_compile.c - what becomes of a recorded command.
 */
#include "compile.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The command for a unit with this recorded one, as one line. */
static char *command_for(const char *recorded, size_t size, uint32_t flags)
{
    static char line[4096];
    char command[1024];
    const struct rv_unit record = {.flags = flags};
    const struct rv_file_unit unit = {&record, "src/kv.c", "/build", "clang", command, "", ""};
    struct rv_image_file file = {.unit_count = 1, .units = &unit};
    struct rv_target_image image = {.path = "/bin/kv", .file = &file};
    const struct rv_compile compile = {
        {&image, 0}, "/tmp/fix.c", RV_COMPILE_ELSEWHERE, "/tmp/0.o", "clang-19", "/p.so", NULL};
    struct rv_words words = {0};

    memcpy(command, recorded, size);
    for (size_t i = 0; i < size; i++)
        if (command[i] == ' ')
            command[i] = 0;
    command[size] = 0;
    rv_compile_command(&compile, &words);
    assert_int_equal(words.error, 0);
    line[0] = 0;
    for (size_t i = 0; i < words.count; i++)
        strcat(strcat(line, i ? " " : ""), words.list[i]);
    rv_words_free(&words);
    return line;
}

#define COMMAND(recorded, flags) command_for(recorded, sizeof(recorded), flags)

#define TAIL                                                                                       \
    " -iquote src -fmacro-prefix-map=/tmp/=src/ -fmacro-prefix-map=/tmp/fix.c=src/kv.c "           \
    "-fno-file-reproducible -load "                                                                \
    "/p.so"                                                                                        \
    " -plugin-arg-revector patch=/bin/kv -plugin-arg-revector unit=0"                              \
    " -o /tmp/0.o /tmp/fix.c"

static void outputs_and_input_are_ours(void **state)
{
    (void)state;
    assert_string_equal(
        COMMAND("-cc1 -triple x86_64 -emit-obj -dependency-file kv.d -MT kv.o -sys-header-deps "
                "-load /old/revector-clang.so -o kv.o -x c src/kv.c",
                0),
        "clang-19 -cc1 -triple x86_64 -x c -emit-obj -mrelocation-model pic -pic-level 2" TAIL);
}

static void code_is_for_a_shared_object(void **state)
{
    (void)state;
    assert_string_equal(COMMAND("-cc1 -mrelocation-model pic -pic-level 1 -pic-is-pie -O2 -x c "
                                "src/kv.c",
                                0),
                        "clang-19 -cc1 -O2 -x c -emit-obj -mrelocation-model pic -pic-level 2 "
                        "-fhalf-no-semantic-interposition" TAIL);
}

static void other_plugins_and_our_arguments_stay(void **state)
{
    (void)state;
    assert_string_equal(COMMAND("-load /other.so -plugin-arg-revector translation=leaf -x c "
                                "src/kv.c",
                                0),
                        "clang-19 -cc1 -load /other.so -plugin-arg-revector translation=leaf -x c "
                        "-emit-obj -mrelocation-model pic -pic-level 2" TAIL);
}

static void lto_units_stay_bitcode(void **state)
{
    (void)state;
    assert_string_equal(COMMAND("-emit-llvm-bc -flto=full -x c src/kv.c", RV_UNIT_LTO),
                        "clang-19 -cc1 -emit-llvm-bc -flto=full -x c -mrelocation-model pic "
                        "-pic-level 2" TAIL);
}

/* What is mapped is what the program has seen: __FILE__ of the original. */
static void maps_lead_to_what_the_recorded_ones_made(void **state)
{
    const char *line =
        COMMAND("-fmacro-prefix-map=s=x -fmacro-prefix-map=src=. -fmacro-prefix-map=src=y -x c "
                "src/kv.c",
                0);

    (void)state;
    assert_non_null(strstr(line, " -fmacro-prefix-map=/tmp/=./ -fmacro-prefix-map=/tmp/fix.c=./kv.c"
                                 " -load"));
}

static void an_original_keeps_its_name(void **state)
{
    const struct rv_unit record = {0};
    const struct rv_file_unit unit = {&record,           "src/kv.c", "/build", "clang",
                                      "-O2\0-x\0c\0k\0", "",         ""};
    struct rv_image_file file = {.unit_count = 1, .units = &unit};
    struct rv_target_image image = {.path = "/bin/kv", .file = &file};
    const struct rv_compile compile = {.unit = {&image, 0},
                                       .file = "/build/src/kv.c",
                                       .place = RV_COMPILE_ORIGINAL,
                                       .object = "/tmp/0.o",
                                       .clang = "clang-19",
                                       .plugin = "/p.so"};
    struct rv_words words = {0};

    (void)state;
    rv_compile_command(&compile, &words);
    assert_string_equal(words.list[words.count - 1], "src/kv.c");
    for (size_t i = 0; i < words.count; i++)
        assert_null(strstr(words.list[i], "prefix-map"));
    rv_words_free(&words);
}

static void a_link_to_the_original_is_the_original(void **state)
{
    const struct rv_file_unit self = {.source = "exe", .directory = "/proc/self"};
    char path[PATH_MAX];

    (void)state;
    assert_non_null(realpath("/proc/self/exe", path));
    assert_true(rv_compile_is_original(&self, path));
    assert_false(rv_compile_is_original(&self, "/proc/self/maps"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_and_input_are_ours),
        cmocka_unit_test(code_is_for_a_shared_object),
        cmocka_unit_test(other_plugins_and_our_arguments_stay),
        cmocka_unit_test(lto_units_stay_bitcode),
        cmocka_unit_test(maps_lead_to_what_the_recorded_ones_made),
        cmocka_unit_test(an_original_keeps_its_name),
        cmocka_unit_test(a_link_to_the_original_is_the_original),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
