/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_signature.c - minisign's format, byte by byte; libsodium itself signs.
 * Whole scenarios with minisign and a process: e2e/signatures.sh.
 */
#include "signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "revector/error.h"

#define BASE64 sodium_base64_VARIANT_ORIGINAL

static const uint8_t key_id[8] = {0xa8, 0x9b, 0x6e, 0xbd, 0x3e, 0x96, 0x3f, 0xbb};
static uint8_t public_key[32], secret_key[64];
static char key_text[64], text[1024];
static const char file[] = "the bytes of a patch";
static struct rv_minisign_keys keys;

static void encode(char *to, size_t room, const char *algorithm, const uint8_t *id,
                   const uint8_t *bytes, size_t size)
{
    uint8_t all[128];

    memcpy(all, algorithm, 2);
    memcpy(all + 2, id, 8);
    memcpy(all + 10, bytes, size);
    sodium_bin2base64(to, room, all, 10 + size, BASE64);
}

/* What `minisign -S` writes; `end` ends each line. */
static void sign(const char *algorithm, const char *comment, const char *end)
{
    char first[128], last[128];
    uint8_t hash[64], signature[64 + 256], global[64];
    const void *message = file;
    size_t size = sizeof(file);

    if (algorithm[1] == 'D') {
        crypto_generichash(hash, sizeof(hash), (const uint8_t *)file, sizeof(file), NULL, 0);
        message = hash;
        size = sizeof(hash);
    }
    crypto_sign_detached(signature, NULL, message, size, secret_key);
    memcpy(signature + 64, comment, strlen(comment));
    crypto_sign_detached(global, NULL, signature, 64 + strlen(comment), secret_key);
    encode(first, sizeof(first), algorithm, key_id, signature, 64);
    sodium_bin2base64(last, sizeof(last), global, sizeof(global), BASE64);
    snprintf(text, sizeof(text), "untrusted comment: any%s%s%strusted comment: %s%s%s%s", end,
             first, end, comment, end, last, end);
}

static int check(void)
{
    return rv_signature_check(&keys, (struct rv_bytes){file, sizeof(file)},
                              (struct rv_bytes){text, strlen(text)});
}

static int setup(void **state)
{
    (void)state;
    crypto_sign_keypair(public_key, secret_key);
    encode(key_text, sizeof(key_text), "Ed", key_id, public_key, sizeof(public_key));
    sign("ED", "a comment", "\n");
    return rv_signature_load() || rv_signature_keys(key_text, &keys, NULL);
}

static void both_forms_of_a_signature_are_accepted(void **state)
{
    (void)state;
    assert_int_equal(check(), 0);
    sign("Ed", "a comment", "\n");
    assert_int_equal(check(), 0);
    sign("ED", "", "\r\n");
    assert_int_equal(check(), 0);
}

static void a_key_has_the_name_that_minisign_prints(void **state)
{
    char name[RV_MINISIGN_NAME];

    (void)state;
    rv_minisign_name(key_id, name);
    assert_string_equal(name, "BB3F963EBD6E9BA8");
}

/* In the three lines that count, whatever byte it is. */
static void every_changed_byte_is_noticed(void **state)
{
    size_t begin = strcspn(text, "\n") + 1;

    (void)state;
    assert_int_equal(check(), 0);
    for (size_t i = begin; text[i]; i++) {
        text[i] ^= 1;
        assert_int_not_equal(check(), 0);
        text[i] ^= 1;
    }
    assert_int_equal(check(), 0);
}

static void every_shorter_text_is_refused(void **state)
{
    size_t size = strlen(text) - 1; /* the last line needs no end */

    (void)state;
    while (size-- > 0) {
        int error = rv_signature_check(&keys, (struct rv_bytes){file, sizeof(file)},
                                       (struct rv_bytes){text, size});
        assert_int_equal(error, size ? RV_ESIGFORM : RV_EUNSIGNED);
    }
}

static void a_longer_text_is_refused(void **state)
{
    (void)state;
    strcat(text, "more\n");
    assert_int_equal(check(), RV_ESIGFORM);
}

static void another_algorithm_is_refused(void **state)
{
    (void)state;
    sign("eD", "a comment", "\n");
    assert_int_equal(check(), RV_ESIGFORM);
    sign("Ex", "a comment", "\n");
    assert_int_equal(check(), RV_ESIGFORM);
}

static void a_signature_is_not_taken_for_one_over_the_hash(void **state)
{
    char *form = strchr(text, '\n') + 1;

    (void)state;
    sign("Ed", "a comment", "\n");
    assert_memory_equal(form, "RW", 2);
    form[1] = 'U'; /* "ED", and nothing else is changed */
    assert_int_equal(check(), RV_EFORGED);
}

static void each_key_of_that_name_is_tried(void **state)
{
    struct rv_minisign_keys two = keys;

    (void)state;
    two.all[1] = two.all[0];
    two.all[0].point[0] ^= 1;
    two.count = 2;
    keys = two;
    assert_int_equal(check(), 0);
    keys.count = 1;
    assert_int_equal(check(), RV_EFORGED);
    keys.all[0].id[0] ^= 1;
    assert_int_equal(check(), RV_EOTHERKEY);
}

static void malformed_keys_are_refused(void **state)
{
    static const char *const lines[] = {"", "\n", "# none\n", "untrusted comment: none\n", "RWQ"};
    struct rv_minisign_keys read;
    char changed[128];

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_int_equal(rv_minisign_parse_keys(lines[i], strlen(lines[i]), &read), RV_EKEYS);
    for (size_t size = strlen(key_text) - 1; size > 0; size--)
        assert_int_equal(rv_minisign_parse_keys(key_text, size, &read), RV_EKEYS);
    snprintf(changed, sizeof(changed), "%s\nand more\n", key_text);
    assert_int_equal(rv_minisign_parse_keys(changed, strlen(changed), &read), RV_EKEYS);
    snprintf(changed, sizeof(changed), "%s %s\n", key_text, key_text);
    assert_int_equal(rv_minisign_parse_keys(changed, strlen(changed), &read), RV_EKEYS);
}

static void more_keys_than_there_is_room_for_are_refused(void **state)
{
    char many[(RV_MINISIGN_KEYS + 1) * sizeof(key_text)] = "";
    struct rv_minisign_keys read;

    (void)state;
    for (unsigned n = 0; n <= RV_MINISIGN_KEYS; n++) {
        int error = n ? rv_minisign_parse_keys(many, strlen(many), &read) : 0;
        assert_int_equal(error, 0);
        snprintf(many + strlen(many), sizeof(many) - strlen(many), "%s\n", key_text);
    }
    assert_int_equal(rv_minisign_parse_keys(many, strlen(many), &read), RV_EKEYS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
    const struct CMUnitTest tests[] = {
        TEST(both_forms_of_a_signature_are_accepted),
        TEST(a_key_has_the_name_that_minisign_prints),
        TEST(every_changed_byte_is_noticed),
        TEST(every_shorter_text_is_refused),
        TEST(a_longer_text_is_refused),
        TEST(another_algorithm_is_refused),
        TEST(a_signature_is_not_taken_for_one_over_the_hash),
        TEST(each_key_of_that_name_is_tried),
        TEST(malformed_keys_are_refused),
        TEST(more_keys_than_there_is_room_for_are_refused),
    };

    return sodium_init() < 0 ? 2 : cmocka_run_group_tests_name("signature", tests, NULL, NULL);
}
