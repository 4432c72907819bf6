/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sha256.c - SHA-256, written down as FIPS 180-4 states it; see sha256.h.
 */
#include "sha256.h"

#include <string.h>

#include "arch/sha256.h"

/* Fractions of the cube roots of the first 64 primes. */
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, unsigned by)
{
    return x >> by | x << (32 - by);
}

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void schedule(uint32_t words[64], const uint8_t *block)
{
    for (unsigned t = 0; t < 16; t++)
        words[t] = big_endian(block + 4 * t);
    for (unsigned t = 16; t < 64; t++) {
        uint32_t a = words[t - 15], b = words[t - 2];
        words[t] = words[t - 16] + words[t - 7] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) +
                   (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
}

/*
 * The standard's a to h are s[0] to s[7] before step 0. Their names move on by one with each
 * step, the words stay where they are.
 */
#define NAMED(t, name) s[((name) - (t)) & 7]

static inline void step(uint32_t s[8], unsigned t, uint32_t added)
{
    uint32_t a = NAMED(t, 0), b = NAMED(t, 1), c = NAMED(t, 2), e = NAMED(t, 4);
    uint32_t choice = (e & NAMED(t, 5)) ^ (~e & NAMED(t, 6));
    uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    uint32_t first = NAMED(t, 7) + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + added;

    NAMED(t, 3) += first;
    NAMED(t, 7) = first + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;
}

static void compress(uint32_t state[8], const uint8_t *block)
{
    uint32_t words[64], s[8];

    schedule(words, block);
    memcpy(s, state, sizeof(s));
    for (unsigned t = 0; t < 64; t += 8) /* by eight, after which the names are back */
        for (unsigned i = 0; i < 8; i++)
            step(s, i, constants[t + i] + words[t + i]);
    for (unsigned i = 0; i < 8; i++)
        state[i] += s[i];
}

void rv_sha256_plainly(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    for (size_t n = 0; n < count; n++)
        compress(state, blocks + 64 * n);
}

static void add_blocks(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    if (!rv_arch_sha256(state, blocks, count, constants))
        rv_sha256_plainly(state, blocks, count);
}

void rv_sha256_start(struct rv_sha256 *hash)
{
    /* Fractions of the square roots of the first eight primes. */
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    memcpy(hash->state, start, sizeof(start));
    hash->size = 0;
}

/* Fills the block that is begun, if one is. Returns how many bytes that has taken. */
static size_t fill_block(struct rv_sha256 *hash, const uint8_t *bytes, size_t size)
{
    const size_t used = hash->size % 64, room = 64 - used;
    const size_t part = size < room ? size : room;

    memcpy(hash->block + used, bytes, part);
    if (part == room)
        add_blocks(hash->state, hash->block, 1);
    hash->size += part;
    return part;
}

void rv_sha256_add(struct rv_sha256 *hash, const void *bytes, size_t size)
{
    const uint8_t *at = bytes, *const end = at + size;

    if (hash->size % 64)
        at += fill_block(hash, at, size);
    if (end - at >= 64) {
        const size_t count = (size_t)(end - at) / 64;
        add_blocks(hash->state, at, count);
        hash->size += 64 * count;
        at += 64 * count;
    }
    if (at < end)
        fill_block(hash, at, (size_t)(end - at));
}

void rv_sha256_end(struct rv_sha256 *hash, uint8_t digest[RV_SHA256_SIZE])
{
    static const uint8_t padding[64] = {0x80};
    uint64_t bits = hash->size * 8;
    uint8_t length[8];

    for (unsigned i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    rv_sha256_add(hash, padding, 64 - (hash->size + 8) % 64);
    rv_sha256_add(hash, length, sizeof(length));
    for (unsigned i = 0; i < RV_SHA256_SIZE; i++)
        digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}
