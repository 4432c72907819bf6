/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * garbage.c - the list of what is retired and not free yet.
 *
 * The list only. See UPDATES.md for when a piece may be freed.
 */
#include "garbage_list.h"
#include "rv_platform.h"
#include "tablewalk/tablewalk.h"
#include "transition.h"
#include "update_list.h"

static struct rv_garbage *first, **last_link = &first; /* oldest first */

struct rv_garbage *rv_garbage_reserve_locked(void)
{
    return rv_platform_alloc(sizeof(struct rv_garbage));
}

void rv_garbage_unreserve_locked(struct rv_garbage *node)
{
    rv_platform_free(node, sizeof(*node));
}

struct rv_garbage *rv_garbage_reserve(void)
{
    struct rv_garbage *node;
    rv_platform_lock();
    node = rv_garbage_reserve_locked();
    rv_platform_unlock();
    return node;
}

void rv_garbage_unreserve(struct rv_garbage *node)
{
    rv_platform_lock();
    rv_garbage_unreserve_locked(node);
    rv_platform_unlock();
}

static void count(uint32_t id, uint32_t difference)
{
    struct rv_update *update = rv_update_find_locked(id);
    if (update)
        update->garbage += difference;
}

static void append(struct rv_garbage *node)
{
    node->next = NULL;
    *last_link = node;
    last_link = &node->next;
    count(node->update, 1);
}

void rv_garbage_retire_pages_locked(struct rv_garbage *node, void *pages, size_t bytes,
                                    uint32_t update)
{
    node->kind = RV_GARBAGE_TABLE;
    node->start = (uintptr_t)pages;
    node->end = node->start + bytes;
    node->update = update;
    append(node);
}

void rv_garbage_retire_table_locked(struct rv_garbage *node, struct tw_table *table,
                                    uint32_t update)
{
    rv_garbage_retire_pages_locked(node, table, tw_table_bytes(table->capacity), update);
}

void rv_garbage_retire_code(struct rv_garbage *node, uintptr_t start, uintptr_t end,
                            uint32_t update, void (*release)(void *owner), void *owner)
{
    rv_platform_lock();
    node->kind = RV_GARBAGE_CODE;
    node->start = start;
    node->end = end;
    node->update = update;
    node->release = release;
    node->owner = owner;
    append(node);
    rv_platform_unlock();
    rv_platform_garbage();
}

size_t rv_garbage_snapshot(struct rv_garbage **pieces, size_t room)
{
    size_t count = 0;
    rv_platform_lock();
    for (struct rv_garbage *node = first; node; node = node->next, count++)
        if (count < room)
            pieces[count] = node;
    rv_platform_unlock();
    return count;
}

static void take_off_locked(struct rv_garbage *piece)
{
    struct rv_garbage **at = &first;
    while (*at != piece)
        at = &(*at)->next;
    *at = piece->next;
    if (!*at)
        last_link = at;
    count(piece->update, -1u);
}

void rv_garbage_free(struct rv_garbage *piece)
{
    if (piece->kind == RV_GARBAGE_CODE)
        piece->release(piece->owner);
    rv_platform_lock();
    take_off_locked(piece);
    if (piece->kind == RV_GARBAGE_TABLE)
        rv_platform_pages_free((void *)piece->start, piece->end - piece->start);
    rv_platform_free(piece, sizeof(*piece));
    rv_transition_free_stopped(); /* nobody has a table in hand that led to its faults */
    rv_platform_unlock();
}

int rv_garbage_each(int (*visit)(const struct rv_garbage *piece, void *context), void *context)
{
    int result = 0;
    rv_platform_lock();
    for (const struct rv_garbage *piece = first; piece && !result; piece = piece->next)
        result = visit(piece, context);
    rv_platform_unlock();
    return result;
}
