/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hot_walk.c - compiled to be looked at: the walk as a compiler sees it. The test
 * hot_walk.sh counts the loads in its machine code.
 */
#include "tablewalk/tw_walk.h"

uint64_t hot_walk_2(const uint64_t *root, tw_id id);
uint64_t hot_walk_3(const uint64_t *root, tw_id id);
uint64_t hot_walk_4(const uint64_t *root, tw_id id);

uint64_t hot_walk_2(const uint64_t *root, tw_id id)
{
    return tw_walk_20_12(root, id);
}

uint64_t hot_walk_3(const uint64_t *root, tw_id id)
{
    return tw_walk_10_10_12(root, id);
}

uint64_t hot_walk_4(const uint64_t *root, tw_id id)
{
    return tw_walk_8_8_8_8(root, id);
}
