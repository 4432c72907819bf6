/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle.h - runs a sequence of operations, given as bytes, on real trees and on
 * flat arrays side by side; aborts with a message where they differ.
 *
 * The random test and the fuzzer feed it.
 */
#ifndef TESTS_TABLEWALK_ORACLE_H
#define TESTS_TABLEWALK_ORACLE_H

#include <stddef.h>
#include <stdint.h>

#include "world.h"

void oracle_run(enum world_kind kind, struct tw_geometry geometry, const uint8_t *bytes,
                size_t count);

#endif
