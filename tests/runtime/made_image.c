/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * made_image.c - see made_image.h.
 */
#include "made_image.h"
#include "arch.h"
#include "tablewalk/tw_atomic.h"

#include <stdio.h>
#include <string.h>

static rv_rel distance(const rv_rel *field, const void *target)
{
    return (rv_rel)((intptr_t)target - (intptr_t)field);
}

#define LINK(field, target) ((field) = distance(&(field), (target)))

static void make_method(struct made_image *made, int n, int unit, unsigned index)
{
    struct rv_method *method = &made->methods[n];

    snprintf(made->names[n], sizeof(made->names[n]), "method%d", n);
    LINK(method->unit, &made->units[unit]);
    LINK(method->name, made->names[n]);
    LINK(method->entry, &made->bodies[n][8]);
    LINK(method->body, &made->bodies[n][0]);
    method->index = (uint16_t)index;
    method->type_hash = 100u + (unsigned)n;
}

/* The entries are as the compiler leaves them where the linker may drop methods one by one. */
static void make_leaf(struct made_image *made, int n, unsigned count)
{
    made->leaves[n].table = (struct tw_table){.capacity = count,
                                              .used = count,
                                              .refs = 1,
                                              .flags = TW_TABLE_BORROWED,
                                              .owner = (uintptr_t)&made->slots[n]};
    for (unsigned i = 0; i < count; i++)
        made->leaves[n].entries[i] = (uintptr_t)rv_fault_thunks + i * RV_ARCH_FAULT_STEP;
    LINK(made->units[n].leaf, &made->leaves[n].table);
    made->slots[n].leaf = (uintptr_t)made->leaves[n].entries;
}

static void make_unit(struct made_image *made, int n, unsigned count, unsigned flags)
{
    struct rv_unit *unit = &made->units[n];

    LINK(unit->image, &made->image);
    LINK(unit->slot, &made->slots[n]);
    unit->count = count;
    unit->flags = flags;
    LINK(made->slots[n].unit, unit);
    make_leaf(made, n, count);
}

void made_image_init(struct made_image *made)
{
    static const struct {
        int unit;
        unsigned index;
    } places[MADE_METHODS] = {{0, 0}, {0, 1}, {0, 3}, {0, 0}, {1, 0}, {1, 1}, {2, 0}, {2, 1}};

    memset(made, 0, sizeof(*made));
    made->image.abi = RV_RECORD_ABI;
    made->image.methods = made->methods;
    made->image.methods_end = made->methods + MADE_METHODS;
    made->image.units = made->units;
    made->image.units_end = made->units + MADE_UNITS;
    make_unit(made, 0, 4, RV_UNIT_WALK);
    make_unit(made, 1, 2, RV_UNIT_WALK);
    make_unit(made, 2, 2, RV_UNIT_LEAF);
    for (int n = 0; n < MADE_METHODS; n++)
        make_method(made, n, places[n].unit, places[n].index);
    made->methods[MADE_FIXED].flags = RV_METHOD_FIXED;
    made->methods[MADE_FIXED].body = 0;
}

uint64_t made_body(const struct made_image *made, int n)
{
    return (uintptr_t)&made->bodies[n][0];
}

static const struct rv_slot *slot_of(const struct rv_method *method)
{
    const struct rv_unit *unit = RV_TARGET(const struct rv_unit, method->unit);
    return RV_TARGET(const struct rv_slot, unit->slot);
}

uint64_t made_call(const struct made_image *made, int n)
{
    const struct rv_method *method = &made->methods[n];
    const uint64_t *leaf = (const uint64_t *)(uintptr_t)tw_load_consume(&slot_of(method)->leaf);

    return tw_load_consume(&leaf[method->index]);
}

uint64_t made_fault(const struct made_image *made, int n)
{
    const struct rv_method *method = &made->methods[n];
    return rv_fault_handle((const uint64_t *)(uintptr_t)slot_of(method)->leaf, method->index);
}
