/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own.c - pages with a header that links them.
 */
#define _GNU_SOURCE
#include "own.h"

#include <pthread.h>
#include <stdalign.h>
#include <sys/mman.h>

struct block {
    struct block *next;
    size_t size; /* with the header */
    alignas(16) unsigned char memory[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects all below; innermost */
static struct block *blocks;

/* Null: there is none, as in the child of a fork that came before somebody noted a new address. */
static struct block **link_to_locked(const struct block *block)
{
    struct block **at = &blocks;

    while (*at && *at != block)
        at = &(*at)->next;
    return *at ? at : NULL;
}

static struct block *block_of(void *memory)
{
    return (struct block *)((unsigned char *)memory - offsetof(struct block, memory));
}

static void *make_locked(size_t size)
{
    struct block *block =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (block == MAP_FAILED)
        return NULL;
    *block = (struct block){.next = blocks, .size = size};
    blocks = block;
    return block->memory;
}

static void *grow_locked(struct block *block, size_t size)
{
    struct block **link = link_to_locked(block);
    struct block *moved = mremap(block, block->size, size, MREMAP_MAYMOVE);

    if (moved == MAP_FAILED)
        return NULL;
    moved->size = size;
    *link = moved;
    return moved->memory;
}

void *rv_own_alloc(size_t count, size_t size)
{
    return rv_own_grow(NULL, (count ? count : 1) * size);
}

void *rv_own_grow(void *memory, size_t bytes)
{
    const size_t size = bytes + offsetof(struct block, memory);

    pthread_mutex_lock(&lock);
    memory = memory ? grow_locked(block_of(memory), size) : make_locked(size);
    pthread_mutex_unlock(&lock);
    return memory;
}

static void free_locked(struct block *block)
{
    struct block **link = link_to_locked(block);

    if (!link)
        return;
    *link = block->next;
    munmap(block, block->size);
}

void rv_own_free(void *memory)
{
    if (!memory)
        return;
    pthread_mutex_lock(&lock);
    free_locked(block_of(memory));
    pthread_mutex_unlock(&lock);
}

size_t rv_own_list(struct rv_range *to, size_t room)
{
    size_t count = 0;

    pthread_mutex_lock(&lock);
    for (const struct block *block = blocks; block; block = block->next, count++)
        if (count < room)
            to[count] = (struct rv_range){(uintptr_t)block, (uintptr_t)block + block->size};
    pthread_mutex_unlock(&lock);
    return count;
}

void rv_own_before_fork(void)
{
    pthread_mutex_lock(&lock);
}

void rv_own_after_fork(void)
{
    pthread_mutex_unlock(&lock);
}
