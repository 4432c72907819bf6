/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * garbage_list.h - the list of garbage, for the other files of the core.
 *
 * All of it under the core lock.
 */
#ifndef REVECTOR_GARBAGE_LIST_H
#define REVECTOR_GARBAGE_LIST_H

#include "garbage.h"
#include "tablewalk/tw_format.h"

struct rv_garbage *rv_garbage_reserve_locked(void);
void rv_garbage_unreserve_locked(struct rv_garbage *node);

/* A published leaf table that nothing leads to any more. */
void rv_garbage_retire_table_locked(struct rv_garbage *node, struct tw_table *table,
                                    uint32_t update);

/* The same for pages that hold several. */
void rv_garbage_retire_pages_locked(struct rv_garbage *node, void *pages, size_t bytes,
                                    uint32_t update);

#endif
