/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slice.h - a run of bytes that somebody else owns. Not NUL-terminated; may hold any byte.
 */
#ifndef KV_SLICE_H
#define KV_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *data;
    size_t size;
};

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

#endif
