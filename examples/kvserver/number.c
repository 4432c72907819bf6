/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * number.c - see number.h.
 */
#include "number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "errors.h"

enum { DIGITS_MAX = 20 }; /* of the longest one, with its sign */

int number_parse(struct slice text, int64_t *number)
{
    char copy[DIGITS_MAX + 1];
    char *end;

    if (text.size == 0 || text.size > DIGITS_MAX)
        return KV_E_NUMBER;
    if (text.data[0] != '-' && !isdigit((unsigned char)text.data[0]))
        return KV_E_NUMBER;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    errno = 0;
    *number = strtoll(copy, &end, 10);
    return end == copy + text.size && errno == 0 ? 0 : KV_E_NUMBER;
}
