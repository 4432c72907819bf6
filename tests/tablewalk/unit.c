/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit.c - set-up, tear-down and the loop over geometries of the unit tests.
 */
#include "unit.h"

#include <string.h>

static unsigned geometry;
static struct unit unit;

int unit_setup(void **state)
{
    world_init(&unit.world, WORLD_PAGES, *world_geometries[geometry]);
    unit.space = &unit.world.space;
    unit.root = world_root(&unit.world);
    *state = &unit;
    return 0;
}

int unit_teardown(void **state)
{
    struct unit *t = *state;
    t->world.fail_alloc = t->world.fail_open = 0;
    world_verify(&t->world, t->root);
    world_check_refs(&t->world, &t->root, 1, NULL, 0);
    world_root_end(&t->world, t->root);
    world_check_empty(&t->world);
    return 0;
}

int unit_run(const struct CMUnitTest *tests, size_t count)
{
    int failed = 0;
    for (geometry = 0; geometry < world_geometry_count; geometry++)
        failed += _cmocka_run_group_tests(world_geometry_names[geometry], tests, count, NULL, NULL);
    return failed != 0;
}

uint64_t unit_entry(struct unit *t, const struct tw_table *root, tw_id id)
{
    uint64_t entry = 0;
    int error = tw_walk(t->space, root, id, &entry);
    if (error) {
        assert_error(TW_E_NOT_PRESENT, error);
        return 0;
    }
    assert_int_equal(entry,
                     tw_walk_unchecked((const uint64_t *)(root + 1), id, t->space->geometry));
    return entry;
}
