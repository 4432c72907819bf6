/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_options.c - the command line: what is taken, what is refused, and how.
 */
#include "command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct rv_verb verb = {
    .name = "apply",
    .operands = "TARGET FIX.rvp",
    .least = 2,
    .most = 2,
    .options = RV_TAKES(timeout) | RV_TAKES(dry_run) | RV_TAKES(output),
    .summary = "Put a patch in force in a process",
    .details = "",
};

static struct rv_args args;
static struct rv_reason reason;

/* Splits a line at spaces and parses it. */
static int parse(const char *line)
{
    static char copy[256];
    static char *words[32];
    int count = 0;

    snprintf(copy, sizeof(copy), "%s", line);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    reason.text[0] = 0;
    return rv_args_parse(&verb, count, words, &args, &reason);
}

static void options_stand_anywhere(void **state)
{
    (void)state;
    assert_int_equal(parse("--timeout 5s kvserver --dry-run fix.rvp"), 0);
    assert_string_equal(args.timeout, "5s");
    assert_non_null(args.dry_run);
    assert_null(args.json);
    assert_int_equal(args.operand_count, 2);
    assert_string_equal(args.operands[0], "kvserver");
    assert_string_equal(args.operands[1], "fix.rvp");
}

static void values_may_be_joined(void **state)
{
    (void)state;
    assert_int_equal(parse("a --timeout=5s b -o x"), 0);
    assert_string_equal(args.timeout, "5s");
    assert_string_equal(args.output, "x");
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    assert_int_equal(parse("-- --timeout -x"), 0);
    assert_string_equal(args.operands[0], "--timeout");
    assert_string_equal(args.operands[1], "-x");
}

static void help_needs_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(parse("--help"), 0);
    assert_non_null(args.help);
}

static void expect_refusal(const char *line, const char *sentence)
{
    assert_int_equal(parse(line), RV_EOPTIONS);
    assert_string_equal(reason.text, sentence);
}

static void wrong_lines_are_refused_with_a_sentence(void **state)
{
    (void)state;
    expect_refusal("a", "something is missing: TARGET FIX.rvp");
    expect_refusal("a b c", "too many words, from 'c' on");
    expect_refusal("a b --nonsense", "unknown option '--nonsense'");
    expect_refusal("a b --all", "unknown option '--all'"); /* of another verb */
    expect_refusal("a b -timeout 1s", "unknown option '-timeout'");
    expect_refusal("a b --timeout", "--timeout needs a value");
    expect_refusal("a b --dry-run=yes", "--dry-run takes no value");
    expect_refusal("a b --json --json", "the option json is given twice");
}

static void times_have_units(void **state)
{
    unsigned ms = 0;

    (void)state;
    assert_int_equal(rv_time_parse("5s", &ms), 0);
    assert_int_equal(ms, 5000);
    assert_int_equal(rv_time_parse("500ms", &ms), 0);
    assert_int_equal(ms, 500);
    assert_int_equal(rv_time_parse("2min", &ms), 0);
    assert_int_equal(ms, 120000);
    assert_int_equal(rv_time_parse("1h", &ms), 0);
    assert_int_equal(ms, 3600000);
    assert_int_equal(rv_time_parse("0.5", &ms), 0);
    assert_int_equal(ms, 500);
    for (const char *const *bad =
             (const char *const[]){"", "0", "-1s", "s", "5x", "nan", "1e9", "25h", NULL};
         *bad; bad++)
        assert_int_equal(rv_time_parse(*bad, &ms), RV_EOPTIONS);
}

static void jobs_are_a_number_from_1_on(void **state)
{
    int jobs = 0;

    (void)state;
    assert_int_equal(rv_jobs_parse("1", &jobs), 0);
    assert_int_equal(jobs, 1);
    assert_int_equal(rv_jobs_parse("64", &jobs), 0);
    assert_int_equal(jobs, 64);
    for (const char *const *bad =
             (const char *const[]){"", "0", "-1", "2x", "1025", "99999999999999999999", NULL};
         *bad; bad++)
        assert_int_equal(rv_jobs_parse(*bad, &jobs), RV_EOPTIONS);
    assert_int_equal(jobs, 64);
}

static void help_lists_the_options_of_the_verb(void **state)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    (void)state;
    rv_verb_help(&verb, to);
    fclose(to);
    assert_non_null(strstr(text, "Usage: revector apply TARGET FIX.rvp\n"));
    assert_non_null(strstr(text, "--timeout TIME"));
    assert_non_null(strstr(text, "-o FIX.rvp"));
    assert_non_null(strstr(text, "--json"));
    assert_null(strstr(text, "--consistency"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(values_may_be_joined),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(help_needs_nothing_else),
        cmocka_unit_test(wrong_lines_are_refused_with_a_sentence),
        cmocka_unit_test(times_have_units),
        cmocka_unit_test(jobs_are_a_number_from_1_on),
        cmocka_unit_test(help_lists_the_options_of_the_verb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
