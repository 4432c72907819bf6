/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.h - the keys and their values, in memory.
 *
 * Every function may be called from any thread: keys are spread over shards,
 * each with its own lock, and a call takes exactly one of them. Values are
 * copied in and out. Errors are codes of errors.h.
 */
#ifndef KV_STORE_H
#define KV_STORE_H

#include <stdint.h>

#include "buffer.h"
#include "slice.h"

enum {
    STORE_KEY_MAX = 250,
    STORE_VALUE_MAX = 65536,
    STORE_TTL_MAX = 100000000, /* seconds */
};

struct store;

/* An empty store for at most `bytes` of keys and values; null: out of memory. */
struct store *store_create(size_t bytes);
void store_destroy(struct store *store);

/* Gives `key` a new value, for ever. KV_E_KEY, KV_E_VALUE, KV_E_FULL, KV_E_MEMORY. */
int store_set(struct store *store, struct slice key, struct slice value);

/* Adds `tail` to the value of `key` (absent: empty); *length: of the result. Errors as store_set().
 */
int store_append(struct store *store, struct slice key, struct slice tail, size_t *length);

/* Adds the value to `out`. KV_E_ABSENT. */
int store_get(struct store *store, struct slice key, struct buffer *out);

/* KV_E_ABSENT. */
int store_length(struct store *store, struct slice key, size_t *length);
int store_delete(struct store *store, struct slice key);

/* The key goes in `seconds`. KV_E_ABSENT, KV_E_TTL. */
int store_expire(struct store *store, struct slice key, int64_t seconds);

/* Seconds that are left, rounded up; -1: for ever. KV_E_ABSENT. */
int store_ttl(struct store *store, struct slice key, int64_t *seconds);

/* Computes a new value from the old one and an operand: 0, or an error that leaves all as it was.
 */
typedef int store_arithmetic(int64_t value, int64_t operand, int64_t *result);

/*
 * Replaces the number in `key` (absent: 0) by compute(number, operand), and
 * keeps its time to live. `compute` runs with the shard locked: it must not
 * call the store. KV_E_NUMBER, errors of `compute` and of store_set().
 */
int store_compute(struct store *store, struct slice key, store_arithmetic *compute, int64_t operand,
                  int64_t *result);

/* Drops what has expired in one shard, another one at each call. */
void store_sweep(struct store *store);

/* Keys now, and bytes of keys and values. */
void store_usage(struct store *store, size_t *keys, size_t *bytes);

#endif
