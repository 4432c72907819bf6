/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_operations.c - many random sequences of operations against the oracle, for
 * every geometry, in protected pages and on the heap.
 *
 *   tablewalk-random [RUNS [FIRST-SEED]]   a failure names the seed that repeats it
 */
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>

enum { OPERATION_BYTES = 2000 };

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void run(uint64_t seed)
{
    uint8_t bytes[OPERATION_BYTES];
    uint64_t state = seed;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)next_random(&state);
    for (unsigned g = 0; g < world_geometry_count; g++) {
        fprintf(stderr, "seed %llu, geometry %s\r", (unsigned long long)seed,
                world_geometry_names[g]);
        oracle_run(WORLD_HEAP, *world_geometries[g], bytes, sizeof(bytes));
        oracle_run(WORLD_PAGES, *world_geometries[g], bytes, sizeof(bytes));
    }
}

int main(int argc, char **argv)
{
    unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 0) : 100;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    for (unsigned long n = 0; n < runs; n++)
        run(seed + n);
    fprintf(stderr, "%lu runs of every geometry agree with the oracle\n", runs);
    return 0;
}
