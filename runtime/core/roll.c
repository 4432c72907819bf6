/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roll.c - see roll.h.
 *
 * The tables of all units are packed in one run of pages, and are one piece of
 * garbage in the end.
 */
#include "roll.h"
#include "base.h"
#include "garbage_list.h"
#include "root.h"

struct rv_roll {
    char *chunk;
    size_t chunk_size, size; /* bytes; of this struct with its array */
    struct rv_garbage *retire;
    uint32_t units;
    struct {
        uint64_t *table; /* entry 0; a null pointer: none */
        uint64_t kept;   /* the slot's word, while the roll is called */
    } unit[];
};

static size_t table_size(const struct rv_image_state *image, uint32_t unit)
{
    if (!image->base[unit] || rv_base_in_place(image, unit))
        return 0;
    return tw_table_bytes(image->image->units[unit].count);
}

static void fill(struct rv_roll *roll, const struct rv_image_state *image)
{
    char *at = roll->chunk;

    for (uint32_t n = 0; n < roll->units; n++) {
        const uint32_t count = image->image->units[n].count;
        if (!table_size(image, n))
            continue;
        *(struct tw_table *)at = (struct tw_table){
            .capacity = count, .refs = 1, .owner = (uintptr_t)rv_image_slot(image, n)};
        roll->unit[n].table = tw_slots((struct tw_table *)at);
        for (uint32_t i = 0; i < count; i++)
            roll->unit[n].table[i] = tw_fault_entry(&rv_space, i);
        at += table_size(image, n);
    }
}

static void drop(struct rv_roll *roll)
{
    if (roll->chunk)
        rv_platform_pages_free(roll->chunk, roll->chunk_size);
    if (roll->retire)
        rv_garbage_unreserve_locked(roll->retire);
    rv_platform_free(roll, roll->size);
}

struct rv_roll *rv_roll_new(const struct rv_image_state *image)
{
    const size_t size = sizeof(struct rv_roll) + image->units * 2 * sizeof(uint64_t);
    struct rv_roll *roll = rv_platform_alloc(size);

    if (!roll)
        return NULL;
    roll->size = size;
    roll->units = image->units;
    for (uint32_t n = 0; n < image->units; n++)
        roll->chunk_size += table_size(image, n);
    roll->retire = rv_garbage_reserve_locked();
    roll->chunk = roll->chunk_size ? rv_platform_pages_alloc(roll->chunk_size) : NULL;
    if (!roll->retire || !roll->chunk) {
        drop(roll);
        return NULL;
    }
    fill(roll, image);
    if (rv_platform_protect(roll->chunk, roll->chunk_size, 0) != 0)
        rv_platform_log("a page of the table could not be made read-only");
    return roll;
}

void rv_roll_begin(struct rv_roll *roll, const struct rv_image_state *image)
{
    for (uint32_t n = 0; n < roll->units; n++)
        if (roll->unit[n].table) {
            uint64_t *word = &rv_image_slot(image, n)->leaf;
            roll->unit[n].kept = tw_load_relaxed(word);
            tw_store_release(word, (uintptr_t)roll->unit[n].table);
        }
}

void rv_roll_end(struct rv_roll *roll, const struct rv_image_state *image)
{
    for (uint32_t n = 0; n < roll->units; n++)
        if (roll->unit[n].table)
            tw_store_release(&rv_image_slot(image, n)->leaf, roll->unit[n].kept);
}

void rv_roll_retire(struct rv_roll *roll, uint32_t update)
{
    rv_garbage_retire_pages_locked(roll->retire, roll->chunk, roll->chunk_size, update);
    rv_platform_free(roll, roll->size);
}
