/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_exhaustion.c - every allocation, and every opening of protected memory, of
 * every operation fails once: the right error comes back and not one byte of any
 * table has changed. Then the same operation succeeds.
 */
#include "unit.h"

/* Units in a root, a view that shares all but the last of them, and a leaf that is held. */
struct scene {
    struct unit *t;
    const struct tw_space *space;
    struct tw_table *root, *view, *held, *result;
    tw_id id;       /* present in root and view, shared by them */
    uint32_t unit;  /* its unit */
    uint32_t other; /* a unit that is not present and shares only the root with `unit` */
};

static void set_scene(struct scene *scene, struct unit *t)
{
    *scene = (struct scene){.t = t, .space = t->space, .root = t->root, .unit = 1};
    scene->id = world_id(&t->world, scene->unit, 3);
    scene->other = 9u << (TW_ID_BITS - t->space->geometry.bits[0] - world_leaf_bits(&t->world));
    assert_done(tw_map(t->space, t->root, scene->id, 0x1000));
    assert_done(tw_map(t->space, t->root, world_id(&t->world, 2, 3), 0x1000));
    assert_done(tw_view_create(t->space, t->root, &scene->view));
    assert_done(tw_map(t->space, t->root, world_id(&t->world, 40, 3), 0x1000));
    assert_done(tw_leaf_create(t->space, 5, &scene->held));
}

/* Everything is in two roots or held, so this must leave nothing behind. */
static void clear_scene(struct scene *scene)
{
    struct unit *t = scene->t;
    t->world.fail_alloc = t->world.fail_open = 0;
    if (scene->held)
        assert_done(tw_leaf_release(t->space, scene->held));
    if (scene->result && scene->result->level == 0)
        assert_done(tw_leaf_release(t->space, scene->result));
    else if (scene->result)
        world_root_end(&t->world, scene->result);
    if (scene->view)
        world_root_end(&t->world, scene->view);
    world_verify(&t->world, t->root);
    world_check_refs(&t->world, &t->root, 1, NULL, 0);
    world_root_end(&t->world, t->root);
    world_check_empty(&t->world);
    t->root = world_root(&t->world);
}

/* ---- the operations; each adjusts the scene when it has succeeded ---- */

static int map_in_a_new_unit(struct scene *s)
{
    return tw_map(s->space, s->view, world_id(&s->t->world, s->other, 1), 0x2000);
}

static int map_in_a_shared_unit(struct scene *s)
{
    return tw_map(s->space, s->view, s->id + 1, 0x2000);
}

static int map_in_an_own_unit(struct scene *s)
{
    return tw_map(s->space, s->root, world_id(&s->t->world, 40, 1), 0x2000);
}

static int replace_a_shared_entry(struct scene *s)
{
    return tw_replace(s->space, s->root, s->id, 0x2000, NULL);
}

static int unmap_a_shared_entry(struct scene *s)
{
    return tw_unmap(s->space, s->view, s->id, NULL);
}

static int taken_over(struct scene *s, int error)
{
    if (!error)
        s->held = NULL;
    return error;
}

static int attach_a_unit(struct scene *s)
{
    return taken_over(s, tw_attach(s->space, s->view, s->other, s->held));
}

static int attach_beside_a_shared_unit(struct scene *s)
{
    return taken_over(s, tw_attach(s->space, s->view, s->unit + 2, s->held));
}

static int swap_a_shared_unit(struct scene *s)
{
    return taken_over(s, tw_swap(s->space, s->view, s->unit, s->held, &s->result));
}

static int detach_a_shared_unit(struct scene *s)
{
    return tw_detach(s->space, s->view, s->unit, &s->result);
}

static int create_a_root(struct scene *s)
{
    return tw_root_create(s->space, &s->result);
}

static int create_a_view(struct scene *s)
{
    return tw_view_create(s->space, s->view, &s->result);
}

static int destroy_a_view(struct scene *s)
{
    int error = tw_root_destroy(s->space, s->view);
    if (!error)
        s->view = NULL;
    return error;
}

static int create_a_leaf(struct scene *s)
{
    return tw_leaf_create(s->space, 100, &s->result);
}

static int copy_a_leaf(struct scene *s)
{
    return tw_leaf_copy(s->space, s->held, &s->result);
}

static int stage_an_entry(struct scene *s)
{
    return tw_leaf_set(s->space, s->held, 3, 0x2000);
}

static int release_a_leaf(struct scene *s)
{
    return taken_over(s, tw_leaf_release(s->space, s->held));
}

/* What each costs in failures must not shrink to nothing unnoticed: the least of them. */
static const struct operation {
    int (*run)(struct scene *scene);
    unsigned allocs, opens;
} operations[] = {
    {map_in_a_new_unit, 1, 1},
    {map_in_a_shared_unit, 1, 2},
    {map_in_an_own_unit, 0, 1},
    {replace_a_shared_entry, 1, 2},
    {unmap_a_shared_entry, 1, 2},
    {attach_a_unit, 0, 1},
    {attach_beside_a_shared_unit, 0, 1},
    {swap_a_shared_unit, 0, 1},
    {detach_a_shared_unit, 0, 1},
    {create_a_root, 1, 0},
    {create_a_view, 1, 1},
    {destroy_a_view, 0, 2},
    {create_a_leaf, 1, 0},
    {copy_a_leaf, 1, 0},
    {stage_an_entry, 0, 1},
    {release_a_leaf, 0, 1},
};

/* Returns how many times the operation could be made to fail. */
static unsigned fail_one_by_one(struct unit *t, const struct operation *operation,
                                unsigned *countdown, int expected)
{
    for (unsigned n = 1;; n++) {
        struct scene scene;
        set_scene(&scene, t);
        uint64_t before = world_fingerprint(&t->world);
        unsigned failed = t->world.failed;
        *countdown = n;
        int error = operation->run(&scene);
        if (t->world.failed == failed) {
            assert_done(error);
            clear_scene(&scene);
            return n - 1;
        }
        assert_error(expected, error);
        assert_int_equal(world_fingerprint(&t->world), before);
        assert_done(operation->run(&scene));
        clear_scene(&scene);
    }
}

static void no_memory_is_an_error_and_changes_nothing(void **state)
{
    struct unit *t = *state;
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        assert_true(fail_one_by_one(t, &operations[i], &t->world.fail_alloc, TW_E_MEMORY) >=
                    operations[i].allocs);
}

static void memory_that_stays_protected_is_an_error_and_changes_nothing(void **state)
{
    struct unit *t = *state;
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        assert_true(fail_one_by_one(t, &operations[i], &t->world.fail_open, TW_E_PROTECTED) >=
                    operations[i].opens);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_memory_is_an_error_and_changes_nothing),
        TEST(memory_that_stays_protected_is_an_error_and_changes_nothing),
    };
    return unit_run(tests, sizeof(tests) / sizeof(tests[0]));
}
