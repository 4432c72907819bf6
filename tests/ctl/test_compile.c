/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_compile.c - what becomes of a recorded command.
 */
#include "compile.h"

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
    const struct rv_file_unit unit = {&record, "src/kv.c", "/build", "clang", command, ""};
    struct rv_image_file file = {.unit_count = 1, .units = &unit};
    struct rv_target_image image = {.path = "/bin/kv", .file = &file};
    const struct rv_compile compile = {{&image, 0}, "/tmp/fix.c", "/tmp/0.o", "clang-19", "/p.so"};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_and_input_are_ours),
        cmocka_unit_test(code_is_for_a_shared_object),
        cmocka_unit_test(other_plugins_and_our_arguments_stay),
        cmocka_unit_test(lto_units_stay_bitcode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
