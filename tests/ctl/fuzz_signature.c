/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_signature.c - libFuzzer target for minisign's text format.
 *
 * Oracle: what is accepted lies within the text, and is refused when its base64 is
 * spelled in any other way: a signature has one spelling.
 */
#include "control/minisign.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

static void check_keys(const char *text, size_t size)
{
    struct rv_minisign_keys keys;
    char name[RV_MINISIGN_NAME];

    if (rv_minisign_parse_keys(text, size, &keys))
        return;
    check(keys.count > 0 && keys.count <= RV_MINISIGN_KEYS);
    for (size_t n = 0; n < keys.count; n++) {
        rv_minisign_name(keys.all[n].id, name);
        check(strlen(name) == RV_MINISIGN_NAME - 1);
    }
}

static int is_equal(const struct rv_minisign_signature *a, const struct rv_minisign_signature *b)
{
    return a->is_hashed == b->is_hashed && !memcmp(a->id, b->id, sizeof(a->id)) &&
           !memcmp(a->signature, b->signature, sizeof(a->signature)) &&
           !memcmp(a->global, b->global, sizeof(a->global));
}

/* The last digit of base64 has bits that count for nothing, which must be 0. */
static void check_spelling(const char *text, size_t size, const struct rv_minisign_signature *first)
{
    const char *second_line = memchr(text, '\n', size);
    const char *padding = memchr(second_line, '=', size - (size_t)(second_line - text));
    struct rv_minisign_signature other;
    char *changed = malloc(size);

    memcpy(changed, text, size);
    changed[padding - text - 1] ^= 1;
    if (rv_minisign_parse_signature(changed, size, &other) == 0)
        check(!is_equal(first, &other));
    free(changed);
}

static void check_signature(const char *text, size_t size)
{
    struct rv_minisign_signature signature;

    if (rv_minisign_parse_signature(text, size, &signature))
        return;
    check(signature.comment >= text && signature.comment <= text + size);
    check(signature.comment_size <= size - (size_t)(signature.comment - text));
    check(!memchr(signature.comment, '\n', signature.comment_size));
    check(signature.is_hashed == 0 || signature.is_hashed == 1);
    check_spelling(text, size, &signature);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size ? size : 1); /* of its exact size, so that one byte too far is seen */

    memcpy(text, data, size);
    check_keys(text, size);
    check_signature(text, size);
    free(text);
    return 0;
}
