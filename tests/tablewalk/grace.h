/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grace.h - the smallest grace period that will do for readers that never wait.
 *
 * A reader publishes the epoch in which its walk began; retired memory is poisoned
 * and freed when every walk under way has begun in a later epoch. One writer calls
 * everything but grace_begin_walk and grace_end_walk.
 */
#ifndef TESTS_TABLEWALK_GRACE_H
#define TESTS_TABLEWALK_GRACE_H

#include <stddef.h>
#include <stdint.h>

enum { GRACE_READERS = 64 };

/* One reader's; the reader writes `epoch`, the writer reads it. */
struct grace_reader {
    uint64_t epoch; /* of the walk under way; 0: none */
} __attribute__((aligned(128)));

struct grace_reader *grace_reader(unsigned number);

void grace_begin_walk(struct grace_reader *self);
void grace_end_walk(struct grace_reader *self);

/* Callbacks for struct tw_memory. */
void *grace_alloc(void *context, size_t bytes);
void grace_retire(void *context, void *memory, size_t bytes);

/* Frees what no walk can reach. Returns how much is left. */
unsigned grace_free(void);

/* How many pieces were freed so far. */
uint64_t grace_freed(void);

#endif
