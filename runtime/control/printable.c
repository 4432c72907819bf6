/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printable.c - see printable.h.
 */
#include "printable.h"

#include <stdio.h>
#include <string.h>

size_t rv_utf8_length(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t length = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    unsigned low = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : 0x80;
    unsigned high = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;

    if (at[0] < 0x80)
        return 1;
    if (at[0] < 0xC2 || at[0] > 0xF4 || at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

int rv_is_control(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    return at[0] < 0x20 || at[0] == 0x7F || (at[0] == 0xC2 && at[1] < 0xA0);
}

size_t rv_printable(const char *text, char piece[RV_PRINTABLE_MAX])
{
    const size_t valid = rv_utf8_length(text), length = valid ? valid : 1;

    if (valid && !rv_is_control(text)) {
        memcpy(piece, text, length);
        piece[length] = 0;
        return length;
    }
    for (size_t n = 0; n < length; n++)
        snprintf(piece + 4 * n, RV_PRINTABLE_MAX - 4 * n, "\\x%02x", (unsigned char)text[n]);
    return length;
}
