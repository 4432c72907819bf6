/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * histogram.h - how often which latency was seen.
 *
 * Log-linear: each power of two is cut in 32 equal parts, so a quantile is at
 * most 1/32 (3 %) above the truth, from 1 ns to hours. The greatest value is
 * kept as it is. No locks: the owner's business.
 */
#ifndef KVLOAD_HISTOGRAM_H
#define KVLOAD_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_PARTS = 32, HISTOGRAM_BUCKETS = 64 * HISTOGRAM_PARTS };

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total;
    uint64_t greatest;
};

void histogram_add(struct histogram *histogram, uint64_t nanoseconds);
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The least value that `share` (0 to 1) of all values do not exceed; 0 if there are none. */
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
