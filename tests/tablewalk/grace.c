/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grace.c - epochs of walks, and the list of what waits for them.
 */
#include "grace.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tablewalk/tw_atomic.h"

enum { LIMBO_MAX = 4096 };

static struct {
    void *memory;
    size_t bytes;
    uint64_t epoch; /* in which it was retired */
} limbo[LIMBO_MAX];
static unsigned limbo_count;
static uint64_t freed;
static uint64_t epoch = 1; /* the writer writes, readers read */
static struct grace_reader readers[GRACE_READERS];

struct grace_reader *grace_reader(unsigned number)
{
    return &readers[number];
}

/*
 * Order: our store of the epoch comes before every load of the walk; the fence is
 * one half, the fence in oldest_walk the other, between the store that unlinked a
 * table and the load of our epoch. So the writer sees this walk, or this walk does
 * not see the table.
 */
void grace_begin_walk(struct grace_reader *self)
{
    tw_store_relaxed(&self->epoch, tw_load_acquire(&epoch));
    tw_fence_full();
}

/* Release: the walk's loads are over before the writer, who acquires, frees anything. */
void grace_end_walk(struct grace_reader *self)
{
    tw_store_release(&self->epoch, 0);
}

static uint64_t oldest_walk(void)
{
    uint64_t oldest = UINT64_MAX;
    tw_fence_full();
    for (unsigned r = 0; r < GRACE_READERS; r++) {
        uint64_t at = tw_load_acquire(&readers[r].epoch);
        if (at != 0 && at < oldest)
            oldest = at;
    }
    return oldest;
}

unsigned grace_free(void)
{
    unsigned kept = 0;
    tw_store_release(&epoch, epoch + 1);
    uint64_t oldest = oldest_walk();
    for (unsigned i = 0; i < limbo_count; i++) {
        if (limbo[i].epoch < oldest) {
            memset(limbo[i].memory, 0xdd, limbo[i].bytes);
            free(limbo[i].memory);
            freed++;
        } else {
            limbo[kept++] = limbo[i];
        }
    }
    return limbo_count = kept;
}

void *grace_alloc(void *context, size_t bytes)
{
    (void)context;
    return calloc(1, bytes);
}

void grace_retire(void *context, void *memory, size_t bytes)
{
    (void)context;
    while (limbo_count == LIMBO_MAX && grace_free() == LIMBO_MAX)
        sched_yield();
    limbo[limbo_count].memory = memory;
    limbo[limbo_count].bytes = bytes;
    limbo[limbo_count++].epoch = epoch;
}

uint64_t grace_freed(void)
{
    return freed;
}
