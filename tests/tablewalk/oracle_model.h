/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_model.h - the flat arrays that stand beside the trees.
 *
 * The IDs in play are a few indices in a few units, chosen so that paths part at
 * every level and two of them do not exist. A root of the model is a plain array of
 * their entries, and a view is a copy of that array: no sharing, nothing clever.
 * Only a borrowed leaf table has one content for all that lead to it.
 *
 * Private to oracle.c and oracle_operations.c.
 */
#ifndef TESTS_TABLEWALK_ORACLE_MODEL_H
#define TESTS_TABLEWALK_ORACLE_MODEL_H

#include <stdio.h>
#include <stdlib.h>

#include "oracle.h"

enum { UNITS = 6, INDICES = 5, ROOTS = 4, HELD = 4 };

struct model_leaf {
    int present; /* in its unit, or in the hand of the holder */
    int borrowed;
    uint32_t capacity;
    uint64_t entry[INDICES]; /* 0: not present; unused if borrowed */
};

struct model_root {
    struct tw_table *table; /* null: there is none */
    struct model_leaf leaf[UNITS];
};

struct model_held {
    struct tw_table *table; /* null: nothing held */
    struct model_leaf leaf;
};

struct oracle {
    struct world world;
    const struct tw_space *space;
    uint32_t unit[UNITS]; /* ascending; the last one is beyond the root */
    uint32_t index[INDICES];
    struct model_root root[ROOTS];
    struct model_held held[HELD];
    struct tw_table *borrowed; /* one more holder: the image that it lies in */
    uint64_t borrowed_entry[INDICES];
    const uint8_t *bytes;
    size_t left;
    size_t step;
};

#define REQUIRE(o, condition, ...)                                                                 \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "step %zu: ", (o)->step);                                              \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The next byte of the sequence of operations; 0 when it is over. */
static inline uint8_t oracle_next(struct oracle *o)
{
    if (o->left == 0)
        return 0;
    o->left--;
    return *o->bytes++;
}

/* A root that exists. */
struct model_root *oracle_any_root(struct oracle *o);

/* Where a leaf table of the model keeps its entries. */
uint64_t *oracle_entries(struct oracle *o, struct model_leaf *leaf);

/* The entry that a root of the model has for an ID; 0: not present. */
uint64_t oracle_entry(struct oracle *o, struct model_root *root, unsigned u, unsigned i);

/* What a function must say about an ID before it looks at the entry. */
int oracle_expected(struct oracle *o, struct model_root *root, unsigned u, unsigned i);

/* Does one operation on trees and model, chosen by the next bytes. */
void oracle_operate(struct oracle *o);

#endif
