/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow.c - see revector/shadow.h.
 *
 * A hash table from (object, id) to data, in shards with a lock each, so that threads
 * that look up different objects hardly ever meet. Each shard has chains and doubles
 * them as it grows. A shard's lock is innermost but for malloc's; none is held while
 * the author's functions run.
 */
#include "shadow.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS       32u /* power of two; a fork holds all, and the thread sanitizer counts to 64 */
#define FIRST_CHAINS 16u /* power of two */

struct entry {
    struct entry *next;
    const void *object;
    const struct rv_shadow_id *id;
    _Alignas(max_align_t) unsigned char data[];
};

static struct shard {
    pthread_mutex_t lock; /* the rest of the shard, and `next` of its entries */
    struct entry **chains;
    size_t chain_count, entry_count;
} shards[SHARDS] = {[0 ... SHARDS - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER}};

/* ---- where an entry is ---- */

/* Addresses differ in their middle bits: multiplied by 2^64 / golden ratio, in the upper ones. */
static uint64_t hash_of(const void *object, const struct rv_shadow_id *id)
{
    uint64_t hash = (uint64_t)(uintptr_t)object * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 32 ^ (uint64_t)(uintptr_t)id) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static struct shard *shard_of(uint64_t hash)
{
    return &shards[hash & (SHARDS - 1)];
}

static struct entry **chain_of(struct entry **chains, size_t chain_count, uint64_t hash)
{
    return &chains[hash / SHARDS & (chain_count - 1)];
}

/* The link that leads to the entry, or to the null pointer where it would be. */
static struct entry **find_locked(struct shard *shard, uint64_t hash, const void *object,
                                  const struct rv_shadow_id *id)
{
    static struct entry *none;
    struct entry **link = &none;

    if (shard->chains)
        link = chain_of(shard->chains, shard->chain_count, hash);
    while (*link && ((*link)->object != object || (*link)->id != id))
        link = &(*link)->next;
    return link;
}

/* Keeps chains short. Without memory they stay long, or (there are none yet) it fails. */
static int grow_locked(struct shard *shard)
{
    size_t count = shard->chain_count ? 2 * shard->chain_count : FIRST_CHAINS;
    struct entry **chains, *entry, *next;

    if (shard->entry_count < shard->chain_count)
        return 0;
    chains = calloc(count, sizeof(struct entry *));
    if (!chains)
        return shard->chains ? 0 : -1;
    for (size_t n = 0; n < shard->chain_count; n++)
        for (entry = shard->chains[n]; entry; entry = next) {
            struct entry **to = chain_of(chains, count, hash_of(entry->object, entry->id));
            next = entry->next;
            entry->next = *to;
            *to = entry;
        }
    free(shard->chains);
    shard->chains = chains;
    shard->chain_count = count;
    return 0;
}

/* ---- life of an entry ---- */

/* Nothing stays in free memory that would look like a pointer to the patch that has the ID. */
static void drop(struct entry *entry, int destroy)
{
    const struct rv_shadow_id *id = entry->id;

    if (destroy && id->destroy)
        id->destroy(entry->object, entry->data);
    explicit_bzero(entry, sizeof(*entry) + id->size);
    free(entry);
}

static struct entry *make(const void *object, const struct rv_shadow_id *id, void *context)
{
    struct entry *entry = NULL;

    if (id->size <= SIZE_MAX - sizeof(*entry))
        entry = calloc(1, sizeof(*entry) + id->size);
    if (!entry) {
        errno = ENOMEM;
        return NULL;
    }
    entry->object = object;
    entry->id = id;
    if (id->create && id->create(object, entry->data, context)) {
        drop(entry, 0);
        return NULL;
    }
    return entry;
}

/* The entry that is in the table afterwards: ours, or that of whoever came first. */
static struct entry *insert(struct entry *ours)
{
    const uint64_t hash = hash_of(ours->object, ours->id);
    struct shard *shard = shard_of(hash);
    struct entry *found;

    pthread_mutex_lock(&shard->lock);
    found = *find_locked(shard, hash, ours->object, ours->id);
    if (!found && grow_locked(shard) == 0) {
        struct entry **link = find_locked(shard, hash, ours->object, ours->id);
        *link = found = ours;
        shard->entry_count++;
    }
    pthread_mutex_unlock(&shard->lock);
    return found;
}

/* ---- the functions of the header ---- */

void *rv_shadow_get(const void *object, const struct rv_shadow_id *id)
{
    const uint64_t hash = hash_of(object, id);
    struct shard *shard = shard_of(hash);
    struct entry *entry;

    pthread_mutex_lock(&shard->lock);
    entry = *find_locked(shard, hash, object, id);
    pthread_mutex_unlock(&shard->lock);
    return entry ? entry->data : NULL;
}

void *rv_shadow_get_or_alloc(const void *object, const struct rv_shadow_id *id, void *context)
{
    void *data = rv_shadow_get(object, id);
    struct entry *ours, *entry;

    if (data)
        return data;
    ours = make(object, id, context);
    if (!ours)
        return NULL;
    entry = insert(ours);
    if (entry != ours)
        drop(ours, 1);
    if (!entry)
        errno = ENOMEM;
    return entry ? entry->data : NULL;
}

void rv_shadow_free(const void *object, const struct rv_shadow_id *id)
{
    const uint64_t hash = hash_of(object, id);
    struct shard *shard = shard_of(hash);
    struct entry **link, *entry;

    pthread_mutex_lock(&shard->lock);
    link = find_locked(shard, hash, object, id);
    entry = *link;
    if (entry) {
        *link = entry->next;
        shard->entry_count--;
    }
    pthread_mutex_unlock(&shard->lock);
    if (entry)
        drop(entry, 1);
}

static int is_of(const struct entry *entry, uintptr_t start, uintptr_t end)
{
    return (uintptr_t)entry->id >= start && (uintptr_t)entry->id < end;
}

/* Takes the entries of all ids in [start, end) out of a chain and puts them before `taken`. */
static struct entry *take_locked(struct shard *shard, struct entry **link, uintptr_t start,
                                 uintptr_t end, struct entry *taken)
{
    while (*link) {
        struct entry *entry = *link;
        if (!is_of(entry, start, end)) {
            link = &entry->next;
            continue;
        }
        *link = entry->next;
        shard->entry_count--;
        entry->next = taken;
        taken = entry;
    }
    return taken;
}

void rv_shadow_free_within(uintptr_t start, uintptr_t end, int destroy)
{
    for (struct shard *shard = shards; shard < shards + SHARDS; shard++) {
        struct entry *taken = NULL, *next;

        pthread_mutex_lock(&shard->lock);
        for (size_t n = 0; n < shard->chain_count; n++)
            taken = take_locked(shard, &shard->chains[n], start, end, taken);
        pthread_mutex_unlock(&shard->lock);
        for (; taken; taken = next) {
            next = taken->next;
            drop(taken, destroy);
        }
    }
}

int rv_shadow_ranges(uintptr_t start, uintptr_t end,
                     int (*visit)(struct rv_range range, void *context), void *context)
{
    int result = 0;

    for (struct shard *shard = shards; shard < shards + SHARDS && !result; shard++) {
        pthread_mutex_lock(&shard->lock);
        for (size_t n = 0; n < shard->chain_count && !result; n++)
            for (struct entry *at = shard->chains[n]; at && !result; at = at->next)
                if (is_of(at, start, end))
                    result =
                        visit((struct rv_range){(uintptr_t)at, (uintptr_t)at->data + at->id->size},
                              context);
        pthread_mutex_unlock(&shard->lock);
    }
    return result;
}

void rv_shadow_free_all(const struct rv_shadow_id *id)
{
    rv_shadow_free_within((uintptr_t)id, (uintptr_t)id + 1, 1);
}

/* ---- fork ---- */

void rv_shadow_before_fork(void)
{
    for (struct shard *shard = shards; shard < shards + SHARDS; shard++)
        pthread_mutex_lock(&shard->lock);
}

void rv_shadow_after_fork(void)
{
    for (struct shard *shard = shards; shard < shards + SHARDS; shard++)
        pthread_mutex_unlock(&shard->lock);
}
