/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.h - where the core's small pieces lie (rv_platform_alloc), but for its tables.
 */
#ifndef REVECTOR_MEMORY_H
#define REVECTOR_MEMORY_H

#include "own.h"

/* Up to `room` ranges; returns how many there are. Takes the core lock. */
size_t rv_memory_list(struct rv_range *to, size_t room);

#endif
