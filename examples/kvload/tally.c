/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.c - see tally.h.
 */
#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void tally_verdict(struct tally *tally, enum verdict verdict, uint64_t nanoseconds)
{
    tally->sent++;
    tally->failed += verdict == VERDICT_WRONG;
    tally->wrapped += verdict == VERDICT_WRAPPED;
    tally->refused += verdict == VERDICT_REFUSED;
    histogram_add(&tally->latency, nanoseconds);
}

void tally_merge(struct tally *into, const struct tally *from)
{
    into->sent += from->sent;
    into->failed += from->failed;
    into->wrapped += from->wrapped;
    into->refused += from->refused;
    into->turns += from->turns;
    histogram_merge(&into->latency, &from->latency);
    if (!*into->failure)
        memcpy(into->failure, from->failure, sizeof(into->failure));
}

void tally_print_head(void)
{
    printf("%-16s %10s %7s %8s %8s %8s %8s %8s %6s\n", "phase", "sent", "failed", "p50/us",
           "p99/us", "max/us", "wrapped", "refused", "turns");
    fflush(stdout);
}

static double microseconds(uint64_t nanoseconds)
{
    return (double)nanoseconds / 1000;
}

void tally_print(const char *phase, const struct tally *tally)
{
    printf("%-16s %10" PRIu64 " %7" PRIu64 " %8.1f %8.1f %8.1f %8" PRIu64 " %8" PRIu64 " %6" PRIu64
           "\n",
           phase, tally->sent, tally->failed,
           microseconds(histogram_quantile(&tally->latency, 0.5)),
           microseconds(histogram_quantile(&tally->latency, 0.99)),
           microseconds(tally->latency.greatest), tally->wrapped, tally->refused, tally->turns);
    fflush(stdout);
    if (*tally->failure)
        fprintf(stderr, "kvload: %s\n", tally->failure);
}
