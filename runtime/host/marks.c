/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * marks.c - a sorted array of threads per piece of garbage.
 */
#include "marks.h"
#include "revector/error.h"

#include <stdlib.h>

struct mark {
    struct rv_thread_key thread;
    int cleared;
};

struct marks {
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

int rv_marks_listed(struct rv_garbage *piece, const struct rv_thread_list *threads)
{
    const int new_is_clear = piece->notes && piece->kind == RV_GARBAGE_TABLE;
    struct marks *marks = malloc(sizeof(*marks) + threads->count * sizeof(struct mark));

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
    rv_marks_free(piece);
    piece->notes = marks;
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

void rv_marks_free(struct rv_garbage *piece)
{
    free(piece->notes);
    piece->notes = NULL;
}
