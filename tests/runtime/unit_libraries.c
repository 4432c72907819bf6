/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_libraries.c - libraries are loaded and unloaded, in any order, by any thread.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "library.h"
#include "revector/revector.h"
#include "subject.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARIES 3

static char folder[] = "/tmp/revector-libraries-XXXXXX";
static char path[PATH_MAX];

/* Their numbers are in library.c: 11, 12, 13. */
static void *load(int n, library_answer_fn *function)
{
    char name[PATH_MAX];
    library_answer_fn (*get)(void);
    void *handle, *symbol;

    snprintf(name, sizeof(name), "%s/libruntime-library%d.so", PATCH_DIR, n);
    handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        fprintf(stderr, "%s\n", dlerror());
        abort();
    }
    symbol = dlsym(handle, "library_answer");
    memcpy(&get, &symbol, sizeof(get));
    *function = get();
    return handle;
}

static int see_highest(const struct rv_method_info *info, void *context)
{
    uint32_t *highest = context;
    if (info->id > *highest)
        *highest = info->id;
    return 0;
}

/* Unit numbers are bits 12 and up. */
static uint32_t highest_unit(void)
{
    uint32_t highest = 0;
    rv_each_method(see_highest, &highest);
    return highest >> 12;
}

static void libraries_come_and_go_in_any_order(void **state)
{
    static const int orders[6][LIBRARIES] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                             {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    (void)state;
    for (int round = 0; round < 300; round++) {
        library_answer_fn functions[LIBRARIES];
        void *handles[LIBRARIES];
        for (int n = 0; n < LIBRARIES; n++)
            handles[n] = load(n, &functions[n]);
        for (int n = 0; n < LIBRARIES; n++)
            assert_int_equal(functions[n](1), 12 + n);
        assert_true(highest_unit() <= 1 + 2 * LIBRARIES);
        for (int n = 0; n < LIBRARIES; n++)
            dlclose(handles[orders[round % 6][n]]);
        assert_int_equal(answer(1), 2);
    }
}

static void *load_and_unload(void *argument)
{
    const int n = (int)(intptr_t)argument;
    for (int round = 0; round < 300; round++) {
        library_answer_fn function;
        void *handle = load(n % LIBRARIES, &function);
        if (function(1) != 12 + n % LIBRARIES)
            abort();
        dlclose(handle);
    }
    return NULL;
}

static void several_threads_load_and_unload(void **state)
{
    pthread_t threads[2 * LIBRARIES];
    (void)state;
    for (intptr_t n = 0; n < 2 * LIBRARIES; n++)
        pthread_create(&threads[n], NULL, load_and_unload, (void *)n);
    for (int n = 0; n < 2 * LIBRARIES; n++)
        pthread_join(threads[n], NULL);
    (void)rv_reclaim(); /* a last look at what has been unmapped */
    assert_int_equal(highest_unit(), 1);
}

static void loading_again_and_again_needs_no_more_memory(void **state)
{
    long before = 0;
    (void)state;
    for (int round = 0; round < 1500; round++) {
        library_answer_fn function;
        if (round == 400 || round == 500) /* the first time costs memory itself */
            before = subject_rss();
        dlclose(load(round % LIBRARIES, &function));
    }
    print_message("RSS %ld kB more after 1000 rounds\n", subject_rss() - before);
    assert_true(subject_is_sanitized() || subject_rss() - before < 64);
}

static void a_library_is_updated_and_its_update_goes_with_it(void **state)
{
    library_answer_fn function;
    void *handle = load(0, &function);
    (void)state;
    subject_patch("library", path);
    assert_int_equal(rv_apply(path, NULL, NULL), 0);
    assert_int_equal(function(1), 101);
    assert_int_equal(answer(1), 2); /* the program has the same names, and another build ID */
    assert_true(subject_has_mapped(folder));
    dlclose(handle);
    subject_reclaim(1000);
    assert_false(subject_has_mapped(folder));
    assert_int_equal(highest_unit(), 1);
    handle = load(0, &function);
    assert_int_equal(function(1), 12);
    dlclose(handle);
}

static void a_patch_for_a_library_that_is_not_there_is_refused(void **state)
{
    (void)state;
    subject_patch("library", path);
    assert_int_equal(rv_apply(path, NULL, NULL), RV_EWRONGBUILD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First: what the linker knew of libraries in the patch's place would keep it. */
        cmocka_unit_test(a_library_is_updated_and_its_update_goes_with_it),
        cmocka_unit_test(libraries_come_and_go_in_any_order),
        cmocka_unit_test(several_threads_load_and_unload),
        cmocka_unit_test(loading_again_and_again_needs_no_more_memory),
        cmocka_unit_test(a_patch_for_a_library_that_is_not_there_is_refused),
    };
    int failed;

    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof(path), "%s/fix.rvp", folder);
    failed = cmocka_run_group_tests_name("libraries", tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return failed;
}
