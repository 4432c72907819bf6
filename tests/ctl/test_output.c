/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_output.c - JSON is escaped and valid, and text comes from the same calls.
 */
#include "output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What the calls of one test printed. */
static char *printed;
static size_t printed_size;

static void begin(struct rv_out *out, int is_json)
{
    free(printed);
    printed = NULL;
    rv_out_begin(out, open_memstream(&printed, &printed_size), is_json);
}

static void end(struct rv_out *out)
{
    rv_out_end(out);
    fclose(out->to);
}

static void expect_escaped(const char *text, const char *json)
{
    struct rv_out out;
    char wanted[256];

    begin(&out, 1);
    rv_out_text(&out, "k", text);
    end(&out);
    snprintf(wanted, sizeof(wanted), "{\n  \"k\": %s\n}\n", json);
    assert_string_equal(printed, wanted);
}

static void strings_are_escaped(void **state)
{
    (void)state;
    expect_escaped("plain", "\"plain\"");
    expect_escaped("a\"b\\c", "\"a\\\"b\\\\c\"");
    expect_escaped("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
    expect_escaped("\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"");
    expect_escaped("\xc2\x9bm", "\"\\u009bm\""); /* what a terminal takes for ESC [ */
    expect_escaped("", "\"\"");
    expect_escaped(NULL, "null");
}

static void only_utf8_passes(void **state)
{
    (void)state;
    expect_escaped("\xc3\xa9", "\"\xc3\xa9\"");
    expect_escaped("\xe2\x82\xac", "\"\xe2\x82\xac\"");
    expect_escaped("\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"");
    expect_escaped("\x80", "\"\\ufffd\"");
    expect_escaped("\xc0\xaf", "\"\\ufffd\\ufffd\"");              /* overlong */
    expect_escaped("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");    /* surrogate */
    expect_escaped("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""); /* too large */
    expect_escaped("a\xe2\x82", "\"a\\ufffd\\ufffd\"");            /* cut off */
}

static const struct rv_column columns[] = {{"name", 6}, {"count", -5}, {"where", 0}, {NULL, 0}};

static void print_everything(struct rv_out *out)
{
    const char *names[] = {"get", "put"};

    rv_out_number(out, "build_id", 7);
    rv_out_list(out, "updates");
    rv_out_item(out, "update", 3);
    rv_out_flag(out, "ok", 1);
    rv_out_names(out, "functions", names, 2);
    rv_out_names(out, "kept_by", names, 0);
    rv_out_item_end(out);
    rv_out_list_end(out);
    rv_out_table(out, "rows", columns);
    rv_out_cell(out, "a");
    rv_out_cell_number(out, 12);
    rv_out_cell_hex(out, 255);
    rv_out_table_end(out);
    rv_out_time(out, "took_ns", 1500000);
    rv_out_say(out, "for people %d", 1);
}

static void text_is_for_people(void **state)
{
    struct rv_out out;

    (void)state;
    begin(&out, 0);
    print_everything(&out);
    end(&out);
    assert_string_equal(printed, "build id     7\n"
                                 "update 3\n"
                                 "  ok           yes\n"
                                 "  functions    get put\n"
                                 "name    count  where\n"
                                 "a          12  0xff\n"
                                 "took         1.5 ms\n"
                                 "for people 1\n");
}

/* Threads, programs and folders are called what their user likes. */
static void text_has_no_control_characters(void **state)
{
    const char *names[] = {"a\nb", "\xff"};
    struct rv_out out;

    (void)state;
    begin(&out, 0);
    rv_out_text(&out, "k", "\033[31m\xc2\x9b\x7f \xc3\xa9\xe2\x82\xac");
    rv_out_names(&out, "n", names, 2);
    rv_out_table(&out, "rows", columns);
    rv_out_cell(&out, "\xc3\xa9\r");
    rv_out_cell_number(&out, 1);
    rv_out_cell(&out, "\t");
    rv_out_table_end(&out);
    end(&out);
    assert_string_equal(printed, "k            \\x1b[31m\\xc2\\x9b\\x7f \xc3\xa9\xe2\x82\xac\n"
                                 "n            a\\x0ab \\xff\n"
                                 "name    count  where\n"
                                 "\xc3\xa9\\x0d       1  \\x09\n");
}

static void json_has_the_same(void **state)
{
    struct rv_out out;

    (void)state;
    begin(&out, 1);
    print_everything(&out);
    end(&out);
    assert_string_equal(printed, "{\n"
                                 "  \"build_id\": 7,\n"
                                 "  \"updates\": [\n"
                                 "    {\n"
                                 "      \"update\": 3,\n"
                                 "      \"ok\": true,\n"
                                 "      \"functions\": [\n"
                                 "        \"get\",\n"
                                 "        \"put\"\n"
                                 "      ],\n"
                                 "      \"kept_by\": []\n"
                                 "    }\n"
                                 "  ],\n"
                                 "  \"rows\": [\n"
                                 "    {\n"
                                 "      \"name\": \"a\",\n"
                                 "      \"count\": 12,\n"
                                 "      \"where\": \"0xff\"\n"
                                 "    }\n"
                                 "  ],\n"
                                 "  \"took_ns\": 1500000\n"
                                 "}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_escaped), cmocka_unit_test(only_utf8_passes),
        cmocka_unit_test(text_is_for_people),  cmocka_unit_test(text_has_no_control_characters),
        cmocka_unit_test(json_has_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
