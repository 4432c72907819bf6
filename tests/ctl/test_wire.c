/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_wire.c - frames survive the way through encoder and decoder, and damaged
 * ones are refused.
 */
#include "control/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "revector/error.h"

static uint8_t buffer[RV_CTL_FRAME_MAX];

/* A frame with a number, a text, and a group in a group. */
static size_t make_frame(void)
{
    struct rv_ctl_writer out;
    size_t outer, inner, size = 0;

    rv_ctl_begin(&out, buffer, sizeof(buffer), RV_CTL_STATUS, 77);
    rv_ctl_put_number(&out, RV_CTL_TAG_FROM, 0x1122334455667788u);
    rv_ctl_put_text(&out, RV_CTL_TAG_NAME, "kv_get");
    outer = rv_ctl_open(&out, RV_CTL_TAG_UPDATE);
    rv_ctl_put_number(&out, RV_CTL_TAG_ID, 3);
    inner = rv_ctl_open(&out, RV_CTL_TAG_METHOD);
    rv_ctl_put_text(&out, RV_CTL_TAG_NAME, "inner");
    rv_ctl_close(&out, inner);
    rv_ctl_close(&out, outer);
    rv_ctl_put_number(&out, RV_CTL_TAG_NEXT, 9);
    assert_int_equal(rv_ctl_end(&out, &size), 0);
    return size;
}

static void what_is_written_is_read(void **state)
{
    size_t size = make_frame();
    struct rv_ctl_frame frame;
    struct rv_ctl_reader group;
    struct rv_ctl_field field;
    char text[16];

    (void)state;
    assert_int_equal(rv_ctl_decode(buffer, size, &frame), 0);
    assert_int_equal(frame.kind, RV_CTL_STATUS);
    assert_int_equal(frame.serial, 77);
    assert_int_equal(rv_ctl_number(&frame.fields, RV_CTL_TAG_FROM, 0), 0x1122334455667788u);
    assert_int_equal(rv_ctl_number(&frame.fields, RV_CTL_TAG_NEXT, 0), 9);
    assert_int_equal(rv_ctl_text(&frame.fields, RV_CTL_TAG_NAME, text, sizeof(text)), 0);
    assert_string_equal(text, "kv_get");
    assert_true(rv_ctl_find(&frame.fields, RV_CTL_TAG_UPDATE, &field));
    group = rv_ctl_inside(&field);
    assert_int_equal(rv_ctl_number(&group, RV_CTL_TAG_ID, 0), 3);
    assert_true(rv_ctl_find(&group, RV_CTL_TAG_METHOD, &field));
    group = rv_ctl_inside(&field);
    assert_int_equal(rv_ctl_text(&group, RV_CTL_TAG_NAME, text, sizeof(text)), 0);
    assert_string_equal(text, "inner");
}

static void what_is_not_there_has_a_default(void **state)
{
    size_t size = make_frame();
    struct rv_ctl_frame frame;
    char text[8] = "x";

    (void)state;
    assert_int_equal(rv_ctl_decode(buffer, size, &frame), 0);
    assert_int_equal(rv_ctl_number(&frame.fields, RV_CTL_TAG_AGE, 42), 42);
    assert_int_equal(rv_ctl_text(&frame.fields, RV_CTL_TAG_PATH, text, sizeof(text)), 0);
    assert_string_equal(text, "");
}

static void a_long_text_is_refused_not_cut(void **state)
{
    size_t size = make_frame();
    struct rv_ctl_frame frame;
    char text[6];

    (void)state;
    assert_int_equal(rv_ctl_decode(buffer, size, &frame), 0);
    assert_int_equal(rv_ctl_text(&frame.fields, RV_CTL_TAG_NAME, text, sizeof(text)), RV_ETOOLONG);
    assert_string_equal(text, "");
}

static void every_shorter_packet_is_refused(void **state)
{
    size_t size = make_frame();
    struct rv_ctl_frame frame;

    (void)state;
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(rv_ctl_decode(buffer, cut, &frame), RV_EPROTOCOL);
    assert_int_equal(rv_ctl_decode(buffer, size + 1, &frame), RV_EPROTOCOL);
}

/* Flip every byte: whatever is accepted can be read to its end without a fault. */
static void a_flipped_byte_does_no_harm(void **state)
{
    size_t size = make_frame();
    struct rv_ctl_frame frame;
    struct rv_ctl_field field;

    (void)state;
    for (size_t i = 0; i < size; i++) {
        buffer[i] ^= 0xff;
        if (!rv_ctl_decode(buffer, size, &frame))
            while (rv_ctl_next(&frame.fields, &field))
                assert_true(field.data + field.size <= buffer + size);
        buffer[i] ^= 0xff;
    }
}

static void another_version_is_told_apart(void **state)
{
    size_t size = make_frame();
    struct rv_ctl_frame frame;

    (void)state;
    buffer[4]++;
    assert_int_equal(rv_ctl_decode(buffer, size, &frame), RV_EVERSION);
}

static void a_known_tag_has_its_type(void **state)
{
    struct rv_ctl_frame frame;
    size_t size = make_frame();

    (void)state;
    buffer[RV_CTL_HEADER + 2] = RV_CTL_BYTES; /* type of FROM */
    assert_int_equal(rv_ctl_decode(buffer, size, &frame), RV_EPROTOCOL);
}

static void an_unknown_tag_is_skipped(void **state)
{
    struct rv_ctl_frame frame;
    size_t size = make_frame();

    (void)state;
    buffer[RV_CTL_HEADER] = 0xee; /* tag of FROM */
    buffer[RV_CTL_HEADER + 1] = 0xee;
    assert_int_equal(rv_ctl_decode(buffer, size, &frame), 0);
    assert_int_equal(rv_ctl_number(&frame.fields, RV_CTL_TAG_FROM, 5), 5);
    assert_int_equal(rv_ctl_number(&frame.fields, RV_CTL_TAG_NEXT, 0), 9);
}

static void groups_nest_only_so_deep(void **state)
{
    struct rv_ctl_writer out;
    struct rv_ctl_frame frame;
    size_t groups[RV_CTL_DEPTH + 1], size = 0;

    (void)state;
    for (unsigned depth = RV_CTL_DEPTH; depth <= RV_CTL_DEPTH + 1; depth++) {
        rv_ctl_begin(&out, buffer, sizeof(buffer), RV_CTL_ANSWER, 1);
        for (unsigned i = 0; i < depth; i++)
            groups[i] = rv_ctl_open(&out, RV_CTL_TAG_UPDATE);
        for (unsigned i = depth; i > 0; i--)
            rv_ctl_close(&out, groups[i - 1]);
        assert_int_equal(rv_ctl_end(&out, &size), 0);
        assert_int_equal(rv_ctl_decode(buffer, size, &frame),
                         depth > RV_CTL_DEPTH ? RV_EPROTOCOL : 0);
    }
}

static void a_text_with_nul_is_refused(void **state)
{
    struct rv_ctl_writer out;
    struct rv_ctl_frame frame;
    size_t size = 0;

    (void)state;
    rv_ctl_begin(&out, buffer, sizeof(buffer), RV_CTL_WALK, 1);
    rv_ctl_put_bytes(&out, RV_CTL_TAG_NAME, "a\0b", 3);
    assert_int_equal(rv_ctl_end(&out, &size), 0);
    assert_int_equal(rv_ctl_decode(buffer, size, &frame), RV_EPROTOCOL);
}

static void a_row_that_does_not_fit_is_taken_off(void **state)
{
    struct rv_ctl_writer out;
    struct rv_ctl_frame frame;
    size_t mark, size = 0;

    (void)state;
    rv_ctl_begin(&out, buffer, 64, RV_CTL_ANSWER, 1);
    rv_ctl_put_number(&out, RV_CTL_TAG_ID, 1);
    mark = rv_ctl_mark(&out);
    rv_ctl_put_text(&out, RV_CTL_TAG_NAME, "longer than what is left of the sixty-four bytes");
    assert_int_equal(rv_ctl_room(&out), 0);
    assert_int_equal(rv_ctl_end(&out, &size), RV_ETOOLONG);
    rv_ctl_rewind(&out, mark);
    rv_ctl_put_number(&out, RV_CTL_TAG_NEXT, 2);
    assert_int_equal(rv_ctl_end(&out, &size), 0);
    assert_int_equal(rv_ctl_decode(buffer, size, &frame), 0);
    assert_int_equal(rv_ctl_number(&frame.fields, RV_CTL_TAG_NEXT, 0), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(what_is_not_there_has_a_default),
        cmocka_unit_test(a_long_text_is_refused_not_cut),
        cmocka_unit_test(every_shorter_packet_is_refused),
        cmocka_unit_test(a_flipped_byte_does_no_harm),
        cmocka_unit_test(another_version_is_told_apart),
        cmocka_unit_test(a_known_tag_has_its_type),
        cmocka_unit_test(an_unknown_tag_is_skipped),
        cmocka_unit_test(groups_nest_only_so_deep),
        cmocka_unit_test(a_text_with_nul_is_refused),
        cmocka_unit_test(a_row_that_does_not_fit_is_taken_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
