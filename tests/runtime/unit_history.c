/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_history.c - the ring of events and its pages, and the hash in them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch/sha256.h"
#include "history.h"

#include <stdio.h>
#include <string.h>

/* ---- SHA-256: the standard's own examples, and each length around a block's end ---- */

static const char *hash_of(const void *bytes, size_t size, size_t step)
{
    static char hex[2 * RV_SHA256_SIZE + 1];
    uint8_t digest[RV_SHA256_SIZE];
    struct rv_sha256 hash;

    rv_sha256_start(&hash);
    for (size_t at = 0; at < size; at += step)
        rv_sha256_add(&hash, (const char *)bytes + at, size - at < step ? size - at : step);
    rv_sha256_end(&hash, digest);
    for (size_t n = 0; n < sizeof(digest); n++)
        snprintf(hex + 2 * n, 3, "%02x", digest[n]);
    return hex;
}

static void hashes_are_those_of_the_standard(void **state)
{
    static char million[1000000];
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

    (void)state;
    assert_string_equal(hash_of("", 0, 1),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(hash_of("abc", 3, 3),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(hash_of(two_blocks, 56, 56),
                        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    memset(million, 'a', sizeof(million));
    assert_string_equal(hash_of(million, sizeof(million), 4096),
                        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void instructions_of_the_cpu_hash_as_the_standard_says(void **state)
{
    static const uint32_t constants[64] = {0};
    uint32_t plain[8], by_cpu[8];
    uint8_t blocks[3 * 64];

    (void)state;
    if (!rv_arch_sha256(by_cpu, blocks, 0, constants))
        skip(); /* it has none */
    for (unsigned n = 0; n < sizeof(blocks); n++)
        blocks[n] = (uint8_t)(n * n + 7 * n);
    for (size_t count = 0; count <= 3; count++) {
        struct rv_sha256 hash;
        rv_sha256_start(&hash);
        memcpy(plain, hash.state, sizeof(plain));
        rv_sha256_add(&hash, blocks, 64 * count);
        rv_sha256_plainly(plain, blocks, count);
        assert_memory_equal(hash.state, plain, sizeof(plain));
    }
}

static void a_hash_does_not_depend_on_the_pieces(void **state)
{
    char text[200], whole[2 * RV_SHA256_SIZE + 1];

    (void)state;
    memset(text, 'x', sizeof(text));
    for (size_t size = 0; size < sizeof(text); size++) {
        snprintf(whole, sizeof(whole), "%s", hash_of(text, size, sizeof(text)));
        for (size_t step = 1; step < 70; step += 9)
            assert_string_equal(hash_of(text, size, step), whole);
    }
}

/* ---- rows ---- */

static void add(uint32_t update)
{
    struct rv_event event = {.verb = "apply", .result = "refused", .update = update};

    memset(event.text, 't', sizeof(event.text) - 1);
    memset(event.path, 'p', sizeof(event.path) - 1);
    event.has_sha256 = 1;
    event.asker = (struct rv_asker){.kind = RV_BY_PEER, .command = "revector"};
    rv_history_add(&event);
}

struct seen {
    unsigned rows, pages;
    uint64_t first, last;
};

static uint64_t read_page(uint64_t from, struct seen *seen)
{
    static uint8_t answer[RV_CTL_FRAME_MAX];
    struct rv_ctl_frame frame;
    struct rv_ctl_writer out;
    struct rv_ctl_field field;
    size_t size;

    rv_ctl_begin(&out, answer, sizeof(answer), RV_CTL_ANSWER, 1);
    rv_history_list(&out, from);
    assert_int_equal(rv_ctl_end(&out, &size), 0);
    assert_int_equal(rv_ctl_decode(answer, size, &frame), 0);
    seen->pages++;
    for (struct rv_ctl_reader at = frame.fields; rv_ctl_next(&at, &field);) {
        struct rv_ctl_reader event = rv_ctl_inside(&field);
        uint64_t update = rv_ctl_number(&event, RV_CTL_TAG_UPDATE_ID, 0);
        if (field.tag != RV_CTL_TAG_EVENT)
            continue;
        if (seen->rows++)
            assert_int_equal(update, seen->last + 1);
        else
            seen->first = update;
        seen->last = update;
        assert_int_equal(rv_ctl_number(&event, RV_CTL_TAG_ID, 0), update);
    }
    return rv_ctl_number(&frame.fields, RV_CTL_TAG_NEXT, 0);
}

static struct seen read_all(void)
{
    struct seen seen = {0};
    uint64_t next = 0;

    do
        next = read_page(next, &seen);
    while (next);
    return seen;
}

static void no_event_is_no_row(void **state)
{
    (void)state;
    assert_int_equal(read_all().rows, 0);
}

static void the_last_rows_are_there_in_order_on_several_pages(void **state)
{
    struct seen seen;

    (void)state;
    for (uint32_t n = 1; n <= 300; n++)
        add(n);
    seen = read_all();
    assert_int_equal(seen.rows, RV_HISTORY_ROWS);
    assert_int_equal(seen.first, 300 - RV_HISTORY_ROWS + 1);
    assert_int_equal(seen.last, 300);
    assert_true(seen.pages > 1);
}

static void nonsense_for_a_page_number_is_an_empty_page(void **state)
{
    struct seen seen = {0};

    (void)state;
    assert_int_equal(read_page(1000000, &seen), 0);
    assert_int_equal(seen.rows, 0);
    (void)read_page(UINT64_MAX, &seen);
}

static void a_path_that_is_too_long_loses_its_front(void **state)
{
    char text[12];

    (void)state;
    rv_history_cut(text, sizeof(text), "/short.rvp");
    assert_string_equal(text, "/short.rvp");
    rv_history_cut(text, sizeof(text), "/a/bc/elevens");
    assert_string_equal(text, ".../elevens");
    rv_history_cut(text, sizeof(text), "/much/longer/fix.rvp");
    assert_string_equal(text, ".../fix.rvp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_of_the_standard),
        cmocka_unit_test(instructions_of_the_cpu_hash_as_the_standard_says),
        cmocka_unit_test(a_hash_does_not_depend_on_the_pieces),
        cmocka_unit_test(no_event_is_no_row),
        cmocka_unit_test(the_last_rows_are_there_in_order_on_several_pages),
        cmocka_unit_test(nonsense_for_a_page_number_is_an_empty_page),
        cmocka_unit_test(a_path_that_is_too_long_loses_its_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
