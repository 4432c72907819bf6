/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_table.c - libFuzzer target: the first byte chooses the geometry, the others
 * are operations for the oracle.
 *
 * To go on from where the test ends:  tablewalk-fuzz -max_len=4096 CORPUS-FOLDER
 * To repeat a failure:                tablewalk-fuzz crash-...
 */
#include "oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0)
        oracle_run(WORLD_HEAP, *world_geometries[data[0] % world_geometry_count], data + 1,
                   size - 1);
    return 0;
}
