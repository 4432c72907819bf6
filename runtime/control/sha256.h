/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sha256.h - the hash by which people name files: what sha256sum prints.
 *
 * After FIPS 180-4. For telling files apart in records of what happened, not for
 * secrets. No memory of its own, no locks, any thread.
 */
#ifndef REVECTOR_CONTROL_SHA256_H
#define REVECTOR_CONTROL_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define RV_SHA256_SIZE 32

struct rv_sha256 {
    uint32_t state[8];
    uint64_t size; /* bytes so far */
    uint8_t block[64];
};

void rv_sha256_start(struct rv_sha256 *hash);
void rv_sha256_add(struct rv_sha256 *hash, const void *bytes, size_t size);
/* `hash` is used up. */
void rv_sha256_end(struct rv_sha256 *hash, uint8_t digest[RV_SHA256_SIZE]);

/*
 * Adds blocks of 64 bytes to a state without the CPU's own instructions, for CPUs that have
 * none (arch/sha256.h); to be compared with them.
 */
void rv_sha256_plainly(uint32_t state[8], const uint8_t *blocks, size_t count);

#endif
