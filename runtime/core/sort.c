/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sort.c - see sort.h.
 */
#include "sort.h"

struct heap {
    char *base;
    size_t size;
    int (*less)(const void *a, const void *b);
};

static char *at(const struct heap *heap, uint32_t n)
{
    return heap->base + n * heap->size;
}

static void swap(const struct heap *heap, uint32_t a, uint32_t b)
{
    uint64_t *left = (uint64_t *)at(heap, a), *right = (uint64_t *)at(heap, b);

    for (size_t n = 0; n < heap->size / sizeof(*left); n++) {
        uint64_t kept = left[n];
        left[n] = right[n];
        right[n] = kept;
    }
}

/* Invariant: below `n`, but for n itself, no element comes before its parent. */
static void sift(const struct heap *heap, uint32_t n, uint32_t count)
{
    for (;;) {
        uint32_t child = 2 * n + 1;
        if (child >= count)
            return;
        if (child + 1 < count && heap->less(at(heap, child), at(heap, child + 1)))
            child++;
        if (!heap->less(at(heap, n), at(heap, child)))
            return;
        swap(heap, n, child);
        n = child;
    }
}

void rv_sort(void *base, uint32_t count, size_t size, int (*less)(const void *a, const void *b))
{
    const struct heap heap = {base, size, less};

    for (uint32_t n = count / 2; n-- > 0;)
        sift(&heap, n, count);
    for (uint32_t n = count; n-- > 1;) {
        swap(&heap, 0, n);
        sift(&heap, 0, n);
    }
}
