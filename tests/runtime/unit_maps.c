/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_maps.c - does the host find where memory ends, and by one question where the
 * kernel answers such? Nothing else of the host is needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "maps.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/utsname.h>

#define PAGE 4096u

static int kernel_is_at_least(unsigned wanted_major, unsigned wanted_minor)
{
    struct utsname name;
    unsigned major, minor;

    if (uname(&name) || sscanf(name.release, "%u.%u", &major, &minor) != 2)
        return 0;
    return major > wanted_major || (major == wanted_major && minor >= wanted_minor);
}

static void a_run_ends_where_memory_that_cannot_be_written_begins(void **state)
{
    char *pages = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct rv_maps maps;
    uintptr_t end;

    (void)state;
    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_int_equal(mprotect(pages, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
    assert_int_equal(rv_maps_open(&maps), 0);
    assert_int_equal(rv_maps_run_end(&maps, (uintptr_t)pages + PAGE + 8, &end), 0);
    assert_int_equal(end, (uintptr_t)pages + 2 * PAGE);
    assert_int_equal(rv_maps_run_end(&maps, (uintptr_t)pages + 3 * PAGE, &end), 0);
    assert_int_equal(end, 0);
    rv_maps_close(&maps);
    munmap(pages, 4 * PAGE);
}

static void a_kernel_that_answers_for_one_address_is_not_asked_for_all(void **state)
{
    struct rv_maps maps;
    uintptr_t end;

    (void)state;
    if (!kernel_is_at_least(6, 11))
        skip();
    assert_int_equal(rv_maps_open(&maps), 0);
    assert_int_equal(rv_maps_run_end(&maps, (uintptr_t)&maps, &end), 0);
    assert_true(end > (uintptr_t)&maps);
    assert_int_equal(maps.count, 0);
    rv_maps_close(&maps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_ends_where_memory_that_cannot_be_written_begins),
        cmocka_unit_test(a_kernel_that_answers_for_one_address_is_not_asked_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
