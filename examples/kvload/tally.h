/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.h - what happened in one phase: of one client, or of all added up.
 */
#ifndef KVLOAD_TALLY_H
#define KVLOAD_TALLY_H

#include <stdbool.h>

#include "histogram.h"
#include "model.h"

struct tally {
    uint64_t sent;
    uint64_t failed;           /* wrong answers and lost connections */
    uint64_t wrapped, refused; /* answers to the question of model.h */
    uint64_t turns;            /* how often a client got the other answer than the time before */
    struct histogram latency;
    char failure[2 * MODEL_LINE_MAX]; /* the first one, for people */
};

void tally_verdict(struct tally *tally, enum verdict verdict, uint64_t nanoseconds);
void tally_merge(struct tally *into, const struct tally *from);

void tally_print_head(void);
void tally_print(const char *phase, const struct tally *tally);

#endif
