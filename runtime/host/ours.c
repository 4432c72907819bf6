/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ours.c - a sorted list of ranges. What is missing in it keeps a patch loaded until the list
 * is made anew, and does no other harm.
 */
#include "ours.h"
#include "contexts.h"
#include "gate.h"
#include "memory.h"
#include "place.h"
#include "shadow.h"
#include "sort.h"

#define FIRST_ROOM 128u

static struct {
    struct rv_range *all; /* ascending by start once all are in it; see own.h */
    size_t count, room;
} ours;

static int make_room(size_t wanted)
{
    size_t room = ours.room ? ours.room : FIRST_ROOM;
    struct rv_range *all;

    while (room < wanted)
        room *= 2;
    if (room == ours.room)
        return 0;
    all = rv_own_grow(ours.all, room * sizeof(*all));
    if (!all)
        return RV_ENOMEM;
    ours.all = all;
    ours.room = room;
    return 0;
}

static int add(struct rv_range range, void *unused)
{
    int error = make_room(ours.count + 1);

    (void)unused;
    if (!error)
        ours.all[ours.count++] = range;
    return error;
}

/* `list` says how many there are, which may be more once there is room for them. */
static int add_listed(size_t (*list)(struct rv_range *to, size_t room))
{
    const size_t before = ours.count;
    size_t count = list(NULL, 0);
    int error;

    do {
        error = make_room(before + count);
        if (error)
            return error;
        count = list(ours.all + before, ours.room - before);
    } while (before + count > ours.room);
    ours.count = before + count;
    return 0;
}

/* It is never unloaded. */
static int add_library(void)
{
    static struct rv_place place;

    if (!place.end) {
        rv_gate_enter();
        (void)rv_place_of(&ours, &place);
        rv_gate_leave();
    }
    return add((struct rv_range){place.start, place.end}, NULL);
}

static int starts_before(const void *a, const void *b)
{
    const struct rv_range *left = a, *right = b;
    return left->start < right->start;
}

int rv_ours_note(const struct rv_range *patches, size_t count)
{
    int error;

    ours.count = 0;
    error = add_library();
    for (size_t n = 0; n < count && !error; n++)
        error = rv_shadow_ranges(patches[n].start, patches[n].end, add, NULL);
    if (!error)
        error = rv_contexts_ranges(add, NULL);
    if (!error)
        error = add_listed(rv_memory_list);
    if (!error)
        error = add_listed(rv_own_list); /* last: it is what the list lies in, too */
    if (!error)
        rv_sort(ours.all, (uint32_t)ours.count, sizeof(*ours.all), starts_before);
    return error;
}

int rv_ours_has(uintptr_t address)
{
    size_t low = 0, high = ours.count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (ours.all[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && address < ours.all[low - 1].end;
}

void rv_ours_forget(void)
{
    void *all = ours.all;

    ours.all = NULL; /* first, for the child of a fork */
    ours.count = ours.room = 0;
    rv_own_free(all);
}
