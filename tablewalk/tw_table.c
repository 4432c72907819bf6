/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_table.c - one single table: memory, filling, storing, protection.
 *
 * Runs under the caller's lock.
 */
#include "tw_table.h"

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

uint32_t tw_full_capacity(const struct tw_space *space, unsigned level)
{
    return (uint32_t)1 << tw_level_bits(space, level);
}

bool tw_is_leaf(const struct tw_space *space, const struct tw_table *table)
{
    return table && table->level == 0 && table->capacity > 0 &&
           table->capacity <= tw_full_capacity(space, 0) && table->used <= table->capacity;
}

int tw_table_create(const struct tw_space *space, unsigned level, uint32_t capacity,
                    struct tw_table **result)
{
    struct tw_table *table = space->memory.alloc(space->memory.context, tw_table_bytes(capacity));
    if (!table)
        return TW_E_MEMORY;
    *table = (struct tw_table){.capacity = capacity, .refs = 1, .level = (uint8_t)level};
    *result = table;
    return 0;
}

static void share(struct tw_table *table)
{
    table->refs++;
    table->flags |= TW_TABLE_FROZEN;
}

/* Nobody can reach `table` yet, so plain stores do. */
void tw_table_fill(const struct tw_space *space, struct tw_table *table,
                   const struct tw_table *origin)
{
    uint64_t *slots = tw_slots(table);

    if (origin) {
        table->owner = origin->owner;
        table->used = smaller(origin->used, table->capacity);
        for (uint32_t i = 0; i < table->used; i++) {
            slots[i] = tw_load_relaxed(tw_slot(origin, i));
            if (table->level && slots[i])
                share(tw_linked(slots[i]));
        }
    }
    if (table->level)
        return; /* memory came zeroed, which is empty: touch no page without need */
    for (uint32_t i = table->used; i < table->capacity; i++)
        slots[i] = tw_fault_entry(space, i);
}

void tw_table_set(const struct tw_space *space, struct tw_table *table, uint32_t index,
                  uint64_t value)
{
    if (index >= table->used && value != tw_empty(space, table->level, index))
        table->used = index + 1;
    tw_store_release(&tw_slots(table)[index], value);
}

void tw_table_retire(const struct tw_space *space, struct tw_table *table)
{
    space->memory.retire(space->memory.context, table, tw_table_bytes(table->capacity));
}

static int open_memory(const struct tw_space *space, void *address, size_t bytes)
{
    const struct tw_memory *memory = &space->memory;
    if (memory->open && memory->open(memory->context, address, bytes) != 0)
        return TW_E_PROTECTED;
    return 0;
}

int tw_open_header(const struct tw_space *space, struct tw_table *table)
{
    return open_memory(space, table, sizeof(*table));
}

int tw_open_slot(const struct tw_space *space, struct tw_table *table, uint32_t index)
{
    if (index >= table->used) {
        int error = tw_open_header(space, table);
        if (error)
            return error;
    }
    return open_memory(space, &tw_slots(table)[index], sizeof(uint64_t));
}

int tw_open_children(const struct tw_space *space, const struct tw_table *directory)
{
    for (uint32_t i = 0; i < directory->used; i++) {
        struct tw_table *child = tw_child(directory, i);
        int error = child ? tw_open_header(space, child) : 0;
        if (error)
            return error;
    }
    return 0;
}

int tw_seal(const struct tw_space *space, int error)
{
    if (space->memory.seal)
        space->memory.seal(space->memory.context);
    return error;
}
