/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.c - images come and go: numbers, base tables, directory slots.
 *
 * Called from constructors and destructors, so usually with the dynamic linker's
 * lock held; takes the core lock inside. Registration does per method two reads of
 * its record and at most one write of its entry, per unit one directory store and
 * one word.
 */
#include "image.h"
#include "base.h"
#include "revector/error.h"
#include "root.h"
#include "update_list.h"

static struct rv_image_state *images; /* ascending first unit; strangers have 0 */

struct rv_image_state *rv_images_locked(void)
{
    return images;
}

struct rv_slot *rv_image_slot(const struct rv_image_state *state, uint32_t unit)
{
    return RV_TARGET(struct rv_slot, state->image->units[unit].slot);
}

/* ---- the list ---- */

static struct rv_image_state *find(const struct rv_image *image)
{
    for (struct rv_image_state *state = images; state; state = state->next)
        if (state->image == image)
            return state;
    return NULL;
}

struct rv_image_state *rv_image_at_locked(uintptr_t address)
{
    for (struct rv_image_state *state = images; state; state = state->next)
        if (address >= state->place.start && address < state->place.end)
            return state;
    return NULL;
}

static void insert(struct rv_image_state *state)
{
    struct rv_image_state **at = &images;
    while (*at && (*at)->first < state->first)
        at = &(*at)->next;
    state->next = *at;
    *at = state;
}

static void unlink_state(struct rv_image_state *state)
{
    struct rv_image_state **at = &images;
    while (*at != state)
        at = &(*at)->next;
    *at = state->next;
}

/* The first gap of `units` numbers; 0: there is none. */
static uint32_t free_numbers(uint32_t units)
{
    uint32_t end = 1;
    for (const struct rv_image_state *state = images; state; state = state->next) {
        if (state->first && state->first - end >= units)
            return end;
        if (state->first)
            end = state->first + state->units;
    }
    return RV_UNITS_MAX - end >= units ? end : 0;
}

/* ---- registration ---- */

static struct rv_image_state *new_state(const struct rv_image *image, const struct rv_place *place,
                                        uint32_t units)
{
    size_t size = sizeof(struct rv_image_state) + units * sizeof(uint64_t *);
    struct rv_image_state *state = rv_platform_alloc(size);
    if (!state)
        return NULL;
    state->image = image;
    state->place = *place;
    state->state_size = size;
    state->units = units;
    state->relro.start = place->relro;
    state->relro.end = place->relro_end;
    return state;
}

static void free_state(struct rv_image_state *state)
{
    rv_platform_free(state, state->state_size);
}

/* The base tables may be unmapped already; the copy that an update made is ours. */
static void detach_units(const struct rv_image_state *state, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        struct tw_table *old;
        if (!state->base[n])
            continue;
        if (tw_detach(&rv_space, &rv_root_table, state->first + n, &old) != 0)
            rv_platform_log("a unit that goes had no leaf table");
        else if (tw_slots(old) != state->base[n])
            rv_platform_pages_free(old, tw_table_bytes(old->capacity));
    }
}

static int attach_units(struct rv_image_state *state)
{
    for (uint32_t n = 0; n < state->units; n++) {
        int error = 0;
        if (state->base[n])
            error =
                tw_attach(&rv_space, &rv_root_table, state->first + n, tw_header(state->base[n]));
        if (error) {
            detach_units(state, n);
            return rv_error_of_table(error);
        }
    }
    return 0;
}

/*
 * Order: rv_base_enter and attach_units have stored the entries and the directory
 * slot; the release store of the slot's address comes after. The other half is the
 * load in rv_fault_handle: a fault that sees the address sees what lies behind it.
 */
static void publish(const struct rv_image_state *state)
{
    for (uint32_t n = 0; n < state->units; n++)
        if (state->base[n])
            tw_store_release(&rv_image_slot(state, n)->directory,
                             (uintptr_t)(rv_root + state->first + n));
}

int rv_image_open(struct rv_image_state *image)
{
    int error = rv_window_open(&rv_root_window);
    if (error)
        return error;
    error = rv_window_open(&image->relro);
    if (error)
        rv_window_close(&rv_root_window);
    return error;
}

void rv_image_close(struct rv_image_state *image)
{
    rv_window_close(&image->relro);
    rv_window_close(&rv_root_window);
}

static int register_units(struct rv_image_state *state)
{
    int error;

    state->first = free_numbers(state->units);
    if (!state->first)
        return RV_EUNITS;
    error = rv_image_open(state);
    if (error)
        return error;
    error = attach_units(state);
    if (!error) {
        rv_base_enter(state);
        publish(state);
    }
    rv_image_close(state);
    return error;
}

static int add_image(const struct rv_image *image, const struct rv_place *place)
{
    struct rv_image_state *state;
    int error;

    if (image->abi != RV_RECORD_ABI)
        return RV_ERECORDS;
    if (image->units_end < image->units || image->units_end - image->units >= RV_UNITS_MAX)
        return RV_ECORRUPT;
    state = new_state(image, place, (uint32_t)(image->units_end - image->units));
    if (!state)
        return RV_ENOMEM;
    error = rv_base_find(state);
    if (!error)
        error = rv_base_check(state);
    if (!error)
        error = register_units(state);
    if (error)
        free_state(state);
    else
        insert(state);
    return error;
}

/* Kept in the list so that it can be shown why this image cannot be updated. */
static void add_stranger(const struct rv_image *image, const struct rv_place *place, int error)
{
    struct rv_image_state *state = new_state(image, place, 0);
    rv_platform_log(rv_error_text(error));
    if (!state)
        return;
    state->phase = RV_IMAGE_STRANGER;
    state->error = error;
    insert(state);
}

/* ---- removal ---- */

/* Its memory is unmapped: nobody can be in its stubs, so nobody holds its tables. */
static void forget_image(struct rv_image_state *state)
{
    rv_updates_orphan_locked(state);
    if (state->first && rv_window_open(&rv_root_window) == 0) {
        detach_units(state, state->units);
        rv_window_close(&rv_root_window);
    } else if (state->first) {
        return; /* its slots stay taken, and so it does: the next sweep tries again */
    }
    unlink_state(state);
    if (state->phase == RV_IMAGE_CHECKING)
        state->phase = RV_IMAGE_GONE; /* the sweep has it in hand, and frees it */
    else
        free_state(state);
}

/* Another image lies where these were: they are gone, whatever the platform knows. */
static int forget_overlapped(const struct rv_place *place)
{
    struct rv_image_state *state, *next;
    int any = 0;

    for (state = images; state; state = next) {
        next = state->next;
        if ((state->phase == RV_IMAGE_LEAVING || state->phase == RV_IMAGE_CHECKING) &&
            state->place.start < place->end && place->start < state->place.end &&
            !rv_update_concerns_locked(state)) {
            forget_image(state);
            any = 1;
        }
    }
    return any;
}

static struct rv_image_state *next_to_check(uint32_t round)
{
    for (struct rv_image_state *state = images; state; state = state->next)
        if (state->phase == RV_IMAGE_LEAVING && state->checked != round &&
            !rv_update_concerns_locked(state))
            return state;
    return NULL;
}

void rv_images_sweep(void)
{
    static uint32_t rounds;
    struct rv_image_state *state;
    int any_gone = 0;
    uint32_t round;

    rv_platform_lock();
    round = ++rounds;
    while ((state = next_to_check(round))) {
        int gone;
        state->phase = RV_IMAGE_CHECKING; /* nobody else forgets it meanwhile */
        rv_platform_unlock();
        gone = rv_platform_gone(&state->place);
        rv_platform_lock();
        if (state->phase == RV_IMAGE_GONE) {
            free_state(state); /* another image has come to its place meanwhile */
            continue;
        }
        state->phase = RV_IMAGE_LEAVING;
        state->checked = round;
        any_gone |= gone;
        if (gone)
            forget_image(state);
    }
    rv_platform_unlock();
    if (any_gone)
        rv_platform_garbage(); /* the code of its updates */
}

size_t rv_images_leaving(void)
{
    size_t count = 0;
    rv_platform_lock();
    for (const struct rv_image_state *state = images; state; state = state->next)
        count += state->phase == RV_IMAGE_LEAVING || state->phase == RV_IMAGE_CHECKING;
    rv_platform_unlock();
    return count;
}

/* ---- what images call ---- */

void rv_image_add(const struct rv_image *image)
{
    struct rv_place place;
    int error = 0, any_gone;

    rv_images_sweep();
    rv_platform_place(image, &place);
    rv_platform_lock();
    any_gone = forget_overlapped(&place);
    if (!find(image))
        error = add_image(image, &place);
    if (error)
        add_stranger(image, &place, error);
    rv_platform_unlock();
    if (any_gone)
        rv_platform_garbage();
    if (!error && !image->patch)
        rv_platform_registered(&place);
}

/*
 * Other destructors and, at exit, other threads go on calling the image's methods:
 * nothing changes for them. See rv_images_sweep for the rest.
 */
void rv_image_remove(const struct rv_image *image)
{
    struct rv_image_state *state;
    int is_leaving = 0;

    rv_platform_lock();
    state = find(image);
    if (state && state->phase == RV_IMAGE_LIVE) {
        state->phase = RV_IMAGE_LEAVING;
        is_leaving = 1;
    } else if (state && state->phase == RV_IMAGE_STRANGER) {
        forget_image(state);
    }
    rv_platform_unlock();
    if (is_leaving)
        rv_platform_garbage();
}

int rv_images_each(int (*visit)(const struct rv_image_state *image, void *context), void *context)
{
    int result = 0;
    rv_platform_lock();
    for (const struct rv_image_state *state = images; state && !result; state = state->next)
        if (state->phase == RV_IMAGE_LIVE || state->phase == RV_IMAGE_STRANGER)
            result = visit(state, context);
    rv_platform_unlock();
    return result;
}
