/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * histogram.c - see histogram.h.
 */
#include "histogram.h"

/* Values below HISTOGRAM_PARTS are their own bucket; above, 32 buckets per power of two. */
static unsigned bucket_of(uint64_t value)
{
    unsigned shift;

    if (value < HISTOGRAM_PARTS)
        return (unsigned)value;
    shift = 63u - (unsigned)__builtin_clzll(value) - 5u; /* leaves a value from 32 to 63 */
    return shift * HISTOGRAM_PARTS + (unsigned)(value >> shift);
}

/* The greatest value of a bucket. */
static uint64_t top_of(unsigned bucket)
{
    unsigned shift = bucket < 2 * HISTOGRAM_PARTS ? 0 : bucket / HISTOGRAM_PARTS - 1;

    return ((uint64_t)(bucket - shift * HISTOGRAM_PARTS + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t nanoseconds)
{
    histogram->counts[bucket_of(nanoseconds)]++;
    histogram->total++;
    if (nanoseconds > histogram->greatest)
        histogram->greatest = nanoseconds;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        into->counts[i] += from->counts[i];
    into->total += from->total;
    if (from->greatest > into->greatest)
        into->greatest = from->greatest;
}

uint64_t histogram_quantile(const struct histogram *histogram, double share)
{
    uint64_t wanted = (uint64_t)(share * (double)histogram->total);
    uint64_t seen = 0;

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->counts[i];
        if (seen > wanted)
            return top_of(i) < histogram->greatest ? top_of(i) : histogram->greatest;
    }
    return histogram->greatest;
}
