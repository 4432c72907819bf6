/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * marks.c - a sorted array of threads per piece of garbage.
 */
#include "marks.h"
#include "revector/error.h"
#include "rv_platform.h"

struct mark {
    struct rv_thread_key thread;
    int cleared;
};

struct marks {
    size_t size; /* bytes of all this */
    size_t count, open;
    struct mark all[]; /* ascending by thread number */
};

static struct mark *find(const struct rv_garbage *piece, const struct rv_thread_key *thread)
{
    struct marks *marks = piece->notes;
    size_t low = 0, high = marks ? marks->count : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct mark *mark = &marks->all[middle];
        if (mark->thread.tid == thread->tid)
            return mark->thread.start == thread->start ? mark : NULL;
        if (mark->thread.tid < thread->tid)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Not the program's memory: what of it hangs on a piece, a leak checker does not find. */
static struct marks *alloc(size_t count)
{
    const size_t size = sizeof(struct marks) + count * sizeof(struct mark);
    struct marks *marks;

    rv_platform_lock();
    marks = rv_platform_alloc(size);
    rv_platform_unlock();
    if (marks)
        marks->size = size;
    return marks;
}

/* With the lock, so that a fork sees whole ones. */
static void replace_locked(struct rv_garbage *piece, struct marks *marks)
{
    struct marks *before = piece->notes;

    piece->notes = marks;
    if (before)
        rv_platform_free(before, before->size);
}

int rv_marks_listed(struct rv_garbage *piece, const struct rv_thread_list *threads)
{
    const int new_is_clear = piece->notes && piece->kind == RV_GARBAGE_TABLE;
    struct marks *marks = alloc(threads->count);

    if (!marks)
        return RV_ENOMEM;
    marks->count = threads->count;
    marks->open = 0;
    for (size_t n = 0; n < threads->count; n++) {
        const struct mark *known = find(piece, &threads->all[n]);
        marks->all[n].thread = threads->all[n];
        marks->all[n].cleared = known ? known->cleared : new_is_clear;
        marks->open += !marks->all[n].cleared;
    }
    rv_platform_lock();
    replace_locked(piece, marks);
    rv_platform_unlock();
    return 0;
}

size_t rv_marks_open(const struct rv_garbage *piece)
{
    return ((const struct marks *)piece->notes)->open;
}

int rv_marks_is_open(const struct rv_garbage *piece, const struct rv_thread_key *thread)
{
    const struct mark *mark = find(piece, thread);
    return mark && !mark->cleared;
}

void rv_marks_clear(struct rv_garbage *piece, const struct rv_thread_key *thread)
{
    struct mark *mark = find(piece, thread);
    if (mark && !mark->cleared) {
        mark->cleared = 1;
        ((struct marks *)piece->notes)->open--;
    }
}

void rv_marks_free_locked(struct rv_garbage *piece)
{
    replace_locked(piece, NULL);
}
