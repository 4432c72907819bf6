/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * detail.c - collects names for a refusal.
 */
#include "detail.h"

#include <string.h>

static void append(struct rv_detail *detail, const char *text)
{
    size_t length = strlen(text), room = detail->size - 1 - detail->used;
    if (length > room)
        length = room;
    memcpy(detail->text + detail->used, text, length);
    detail->used += length;
    detail->text[detail->used] = '\0';
}

void rv_detail_add(struct rv_detail *detail, const char *text)
{
    if (!detail->text || detail->size == 0)
        return;
    if (detail->used)
        append(detail, ", ");
    append(detail, text);
}
