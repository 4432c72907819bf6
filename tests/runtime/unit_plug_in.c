/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_plug_in.c - a program that knows nothing of Revector loads a plug-in that does.
 *
 * The runtime library comes with the plug-in, visible to it alone; still the
 * plug-in can be updated, and both come and go.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "control/trailer.h"
#include "library.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/revector-plug-in-XXXXXX";
static char path[PATH_MAX];

static void *symbol(void *handle, const char *name)
{
    void *found = dlsym(handle, name);
    assert_non_null(found);
    return found;
}

static void write_patch(void)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(PATCH_DIR "/libruntime-patch-library.so", "rb");
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    struct rv_trailer trailer = rv_trailer_make(bytes, size);

    fclose(file);
    trailer.build_id_size = 8;
    for (uint8_t n = 0; n < 8; n++)
        trailer.build_id[n] = (uint8_t)(n + 1);
    file = fopen(path, "wb");
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fwrite(&trailer, 1, sizeof(trailer), file), sizeof(trailer));
    fclose(file);
}

static void a_plug_in_brings_the_runtime_and_is_updated(void **state)
{
    (void)state;
    write_patch();
    for (int round = 0; round < 3; round++) {
        void *handle = dlopen(PATCH_DIR "/libruntime-library0.so", RTLD_NOW | RTLD_LOCAL);
        library_answer_fn (*get)(void), answer;
        int (*apply)(const char *, const void *, uint32_t *);
        void *found;

        assert_non_null(handle);
        found = symbol(handle, "library_answer");
        memcpy(&get, &found, sizeof(get));
        found = symbol(handle, "rv_apply");
        memcpy(&apply, &found, sizeof(apply));
        answer = get();
        assert_int_equal(answer(1), 12);
        assert_int_equal(apply(path, NULL, NULL), 0);
        assert_int_equal(answer(1), 101);
        dlclose(handle);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plug_in_brings_the_runtime_and_is_updated),
    };
    int failed;

    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof(path), "%s/fix.rvp", folder);
    failed = cmocka_run_group_tests_name("plug-in", tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return failed;
}
