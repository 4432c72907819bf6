/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sha256.h - SHA-256 by instructions of the CPU, for control/sha256.c.
 *
 * Part of the contract that arch.h is; by itself, since the command includes it, too. A patch is
 * hashed before it comes into force, by each process of a program, so it counts how long that
 * takes.
 */
#ifndef REVECTOR_ARCH_SHA256_H
#define REVECTOR_ARCH_SHA256_H

#include <stddef.h>
#include <stdint.h>

/*
 * Adds `count` blocks of 64 bytes to `state`, which is H in FIPS 180-4; `constants` are its K.
 * 0: this CPU has no such instructions, and nothing has been done; else 1. Any thread.
 */
int rv_arch_sha256(uint32_t state[8], const uint8_t *blocks, size_t count,
                   const uint32_t constants[64]);

#endif
