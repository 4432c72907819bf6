/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.c - see store.h. One chained hash table per shard.
 *
 * Functions with a `shard` argument run with that shard locked. The memory
 * limit is shared out evenly between the shards, so that no shard has to look
 * at another one.
 */
#include "store.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "errors.h"
#include "number.h"

enum { SHARDS = 16, BUCKETS_FIRST = 64 };

struct entry {
    struct entry *next; /* in the same bucket */
    uint64_t hash;
    int64_t expires; /* milliseconds of now(); 0: never */
    char *value;
    size_t value_size;
    size_t key_size;
    char key[];
};

struct shard {
    pthread_mutex_t lock; /* protects all below; no other lock is taken under it */
    struct entry **buckets;
    size_t bucket_count; /* power of two */
    size_t keys;
    size_t bytes;
};

struct store {
    struct shard shards[SHARDS];
    size_t shard_bytes; /* limit of each */
    size_t swept;       /* shard that store_sweep() visits next; only its caller uses it */
};

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000 + 1;
}

/* FNV-1a. */
static uint64_t hash_of(struct slice key)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < key.size; i++)
        hash = (hash ^ (unsigned char)key.data[i]) * 0x100000001b3u;
    return hash;
}

/* ---- life ---- */

struct store *store_create(size_t bytes)
{
    struct store *store = calloc(1, sizeof(*store));

    if (!store)
        return NULL;
    store->shard_bytes = bytes / SHARDS;
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &store->shards[i];

        pthread_mutex_init(&shard->lock, NULL);
        shard->buckets = calloc(BUCKETS_FIRST, sizeof(struct entry *));
        shard->bucket_count = BUCKETS_FIRST;
        if (!shard->buckets) {
            store_destroy(store);
            return NULL;
        }
    }
    return store;
}

static void free_entry(struct entry *entry)
{
    free(entry->value);
    free(entry);
}

static void free_shard(struct shard *shard)
{
    for (size_t i = 0; shard->buckets && i < shard->bucket_count; i++) {
        struct entry *next;

        for (struct entry *entry = shard->buckets[i]; entry; entry = next) {
            next = entry->next;
            free_entry(entry);
        }
    }
    free(shard->buckets);
}

void store_destroy(struct store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < SHARDS; i++)
        free_shard(&store->shards[i]);
    free(store);
}

/* ---- one shard ---- */

static struct entry **bucket_of(struct shard *shard, uint64_t hash)
{
    return &shard->buckets[hash / SHARDS & (shard->bucket_count - 1)];
}

/* Takes *link out of its bucket and frees it. */
static void drop(struct shard *shard, struct entry **link)
{
    struct entry *entry = *link;

    *link = entry->next;
    shard->keys--;
    shard->bytes -= entry->key_size + entry->value_size;
    free_entry(entry);
}

/* The link that leads to the key; null: absent. An expired entry goes as it is met. */
static struct entry **find(struct shard *shard, struct slice key, uint64_t hash)
{
    struct entry **link = bucket_of(shard, hash);

    for (; *link; link = &(*link)->next) {
        struct entry *entry = *link;

        if (entry->hash != hash || !slice_equal((struct slice){entry->key, entry->key_size}, key))
            continue;
        if (entry->expires == 0 || entry->expires > now())
            return link;
        drop(shard, link);
        return NULL;
    }
    return NULL;
}

/* Twice the buckets; on exhausted memory the chains just stay longer. */
static void widen(struct shard *shard)
{
    size_t old_count = shard->bucket_count;
    struct entry **old = shard->buckets;
    struct entry **buckets = calloc(2 * old_count, sizeof(struct entry *));

    if (!buckets)
        return;
    shard->buckets = buckets;
    shard->bucket_count = 2 * old_count;
    for (size_t i = 0; i < old_count; i++) {
        struct entry *next;

        for (struct entry *entry = old[i]; entry; entry = next) {
            struct entry **bucket = bucket_of(shard, entry->hash);

            next = entry->next;
            entry->next = *bucket;
            *bucket = entry;
        }
    }
    free(old);
}

/* ---- the place of one key ---- */

/* Looked up once per call, so that a key cannot expire halfway through it. */
struct place {
    struct shard *shard;
    struct slice key;
    uint64_t hash;
    struct entry **link; /* null: absent */
};

static struct place enter(struct store *store, struct slice key)
{
    uint64_t hash = hash_of(key);
    struct shard *shard = &store->shards[hash % SHARDS];

    pthread_mutex_lock(&shard->lock);
    return (struct place){shard, key, hash, find(shard, key, hash)};
}

/* Unlocks, and passes `result` on. */
static int leave(const struct place *place, int result)
{
    pthread_mutex_unlock(&place->shard->lock);
    return result;
}

static int leave_present(const struct place *place)
{
    return leave(place, place->link ? 0 : KV_E_ABSENT);
}

static struct slice value_of(const struct place *place)
{
    return place->link ? (struct slice){(*place->link)->value, (*place->link)->value_size}
                       : (struct slice){"", 0};
}

/* A new entry without a value; false: out of memory. */
static bool insert(struct place *place)
{
    struct shard *shard = place->shard;
    struct entry *entry = calloc(1, sizeof(*entry) + place->key.size);

    if (!entry)
        return false;
    if (shard->keys >= shard->bucket_count)
        widen(shard);
    place->link = bucket_of(shard, place->hash);
    entry->hash = place->hash;
    entry->key_size = place->key.size;
    memcpy(entry->key, place->key.data, place->key.size);
    entry->next = *place->link;
    *place->link = entry;
    shard->keys++;
    shard->bytes += place->key.size;
    return true;
}

static int check_sizes(const struct store *store, const struct place *place, size_t value_size)
{
    size_t before = place->link ? place->key.size + value_of(place).size : 0;

    if (place->key.size == 0 || place->key.size > STORE_KEY_MAX)
        return KV_E_KEY;
    if (value_size > STORE_VALUE_MAX)
        return KV_E_VALUE;
    if (place->shard->bytes - before + place->key.size + value_size > store->shard_bytes)
        return KV_E_FULL;
    return 0;
}

/* Makes the value the first `kept` bytes of the present one and then `tail`. All or nothing. */
static int write_value(const struct store *store, struct place *place, size_t kept,
                       struct slice tail)
{
    size_t size = kept + tail.size;
    int error = check_sizes(store, place, size);
    struct entry *entry;
    char *value;

    if (error)
        return error;
    value = malloc(size ? size : 1);
    if (!value || (!place->link && !insert(place))) {
        free(value);
        return KV_E_MEMORY;
    }
    entry = *place->link;
    if (kept)
        memcpy(value, entry->value, kept);
    memcpy(value + kept, tail.data, tail.size);
    place->shard->bytes += size - entry->value_size;
    free(entry->value);
    entry->value = value;
    entry->value_size = size;
    return 0;
}

/* ---- commands on one key ---- */

int store_set(struct store *store, struct slice key, struct slice value)
{
    struct place place = enter(store, key);
    int error = write_value(store, &place, 0, value);

    if (!error)
        (*place.link)->expires = 0;
    return leave(&place, error);
}

int store_append(struct store *store, struct slice key, struct slice tail, size_t *length)
{
    struct place place = enter(store, key);
    size_t kept = value_of(&place).size;

    *length = kept + tail.size;
    return leave(&place, write_value(store, &place, kept, tail));
}

int store_get(struct store *store, struct slice key, struct buffer *out)
{
    struct place place = enter(store, key);

    buffer_add(out, value_of(&place));
    return leave_present(&place);
}

int store_length(struct store *store, struct slice key, size_t *length)
{
    struct place place = enter(store, key);

    *length = value_of(&place).size;
    return leave_present(&place);
}

int store_delete(struct store *store, struct slice key)
{
    struct place place = enter(store, key);

    if (place.link)
        drop(place.shard, place.link);
    return leave_present(&place);
}

int store_expire(struct store *store, struct slice key, int64_t seconds)
{
    struct place place = enter(store, key);

    if (seconds < 1 || seconds > STORE_TTL_MAX)
        return leave(&place, KV_E_TTL);
    if (place.link)
        (*place.link)->expires = now() + seconds * 1000;
    return leave_present(&place);
}

int store_ttl(struct store *store, struct slice key, int64_t *seconds)
{
    struct place place = enter(store, key);
    int64_t expires = place.link ? (*place.link)->expires : 0;

    *seconds = expires ? (expires - now() + 999) / 1000 : -1;
    return leave_present(&place);
}

int store_compute(struct store *store, struct slice key, store_arithmetic *compute, int64_t operand,
                  int64_t *result)
{
    struct place place = enter(store, key);
    int64_t number = 0;
    char text[24];
    int error = place.link ? number_parse(value_of(&place), &number) : 0;

    if (!error)
        error = compute(number, operand, result);
    if (!error) {
        int size = snprintf(text, sizeof(text), "%" PRId64, *result);

        error = write_value(store, &place, 0, (struct slice){text, (size_t)size});
    }
    return leave(&place, error);
}

/* ---- the whole store ---- */

void store_sweep(struct store *store)
{
    struct shard *shard = &store->shards[store->swept++ % SHARDS];
    int64_t time = now();

    pthread_mutex_lock(&shard->lock);
    for (size_t i = 0; i < shard->bucket_count; i++) {
        struct entry **link = &shard->buckets[i];

        while (*link) {
            if ((*link)->expires && (*link)->expires <= time)
                drop(shard, link);
            else
                link = &(*link)->next;
        }
    }
    pthread_mutex_unlock(&shard->lock);
}

void store_usage(struct store *store, size_t *keys, size_t *bytes)
{
    *keys = *bytes = 0;
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &store->shards[i];

        pthread_mutex_lock(&shard->lock);
        *keys += shard->keys;
        *bytes += shard->bytes;
        pthread_mutex_unlock(&shard->lock);
    }
}
