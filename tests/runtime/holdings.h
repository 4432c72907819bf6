/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * holdings.h - what the process has that may not grow: for unit_faults.c.
 */
#ifndef HOLDINGS_H
#define HOLDINGS_H

#include <stddef.h>

struct holdings {
    int descriptors, mappings;
    size_t allocated; /* bytes, see inject_held() */
};

/* Without `lost` of the mappings. */
struct holdings holdings_now(int lost);

int holdings_are_same(const struct holdings *a, const struct holdings *b);

/* Mappings whose line in /proc/self/maps has `text` in it. */
int holdings_mapped(const char *text);

#endif
