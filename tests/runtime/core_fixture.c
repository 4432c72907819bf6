/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core_fixture.c - see core_fixture.h.
 */
#include "core_fixture.h"

int core_start(void **state)
{
    (void)state;
    return rv_core_init();
}

struct search {
    const struct rv_image *image;
    struct rv_image_state *found;
};

static int match(const struct rv_image_state *image, void *context)
{
    struct search *search = context;
    if (image->image == search->image)
        search->found = (struct rv_image_state *)image;
    return 0;
}

struct rv_image_state *core_state(const struct made_image *made)
{
    struct search search = {&made->image, NULL};
    rv_images_each(match, &search);
    return search.found;
}

void core_add(struct made_image *made)
{
    made_image_init(made);
    fake.place = (struct rv_place){.start = (uintptr_t)made, .end = (uintptr_t)(made + 1)};
    rv_image_add(&made->image);
    assert_non_null(core_state(made));
    assert_int_equal(core_state(made)->phase, RV_IMAGE_LIVE);
}

void core_drop(struct made_image *made)
{
    rv_image_remove(&made->image);
    fake.gone = 1;
    rv_images_sweep();
    fake.gone = 0;
}

struct rv_update *core_staged(struct made_image *made, const char *name, int method, uint64_t body)
{
    struct rv_update *update;
    assert_int_equal(rv_update_begin(core_state(made), name, NULL, &update), 0);
    assert_int_equal(rv_update_stage(update, &made->methods[method], body, 0), 0);
    return update;
}

uint32_t core_update(struct made_image *made, const char *name, ...)
{
    struct rv_update *update;
    va_list list;
    uint32_t id;
    int method;

    assert_int_equal(rv_update_begin(core_state(made), name, NULL, &update), 0);
    va_start(list, name);
    while ((method = va_arg(list, int)) >= 0)
        assert_int_equal(rv_update_stage(update, &made->methods[method], va_arg(list, uint64_t), 0),
                         0);
    va_end(list);
    assert_int_equal(rv_update_check(update), 0);
    assert_int_equal(rv_update_transition(update, RV_CONSISTENCY_CALL, 1), 0);
    id = update->id;
    rv_update_commit(update);
    return id;
}

int core_collect(void)
{
    struct rv_garbage *pieces[64];
    size_t count = rv_garbage_snapshot(pieces, 64);
    assert_true(count <= 64);
    for (size_t n = 0; n < count; n++)
        rv_garbage_free(pieces[n]);
    return (int)count;
}
