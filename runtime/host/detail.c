/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * detail.c - collects names for a refusal.
 */
#include "detail.h"

#include <stdio.h>
#include <string.h>

static void append(struct rv_detail *detail, const char *text)
{
    size_t length = strlen(text), room = detail->size - 1 - detail->used;
    const int is_cut = length > room;

    if (is_cut)
        length = room;
    memcpy(detail->text + detail->used, text, length);
    detail->used += length;
    detail->text[detail->used] = '\0';
    if (is_cut && detail->used > 3)
        memcpy(detail->text + detail->used - 3, "...", 3);
}

void rv_detail_add(struct rv_detail *detail, const char *text)
{
    if (!detail->text || detail->size == 0)
        return;
    if (detail->used)
        append(detail, ", ");
    append(detail, text);
}

void rv_detail_add_words(struct rv_detail *detail, const char *name, const char *words,
                         const char *silence, int code)
{
    char text[512];

    snprintf(text, sizeof(text), "%.200s: %s (%d)", name, *words ? words : silence, code);
    rv_detail_add(detail, text);
}

void rv_detail_add_build(struct rv_detail *detail, const char *name, const uint8_t *build_id,
                         uint32_t size)
{
    char text[256];
    size_t length = (size_t)snprintf(text, sizeof(text), "%.108s is build ", name);

    for (uint32_t n = 0; n < size && n < 32; n++)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%02x", build_id[n]);
    rv_detail_add(detail, text);
}
