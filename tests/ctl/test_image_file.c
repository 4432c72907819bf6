/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_image_file.c - the records of image_sample.c, read from its file; and
 * what becomes of files that are not as they should be.
 */
#define _GNU_SOURCE
#include "image_file.h"

#include <fcntl.h>
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *sample; /* path */
static uint8_t *bytes;     /* its content */
static size_t size;

static struct rv_image_file *open_sample(void)
{
    struct rv_image_file *file;

    assert_int_equal(rv_image_file_open(sample, &file), 0);
    return file;
}

/* Opens `count` bytes as a file. */
static int open_bytes(const void *content, size_t count, struct rv_image_file **file)
{
    int fd = memfd_create("image", MFD_CLOEXEC);
    int error;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, count), (ssize_t)count);
    error = rv_image_file_open_fd(fd, file);
    close(fd);
    return error;
}

static void the_lists_are_whole(void **state)
{
    struct rv_image_file *file = open_sample();

    (void)state;
    assert_int_equal(file->unit_count, 2);
    assert_int_equal(file->method_count, 6); /* helper and either twice, first, second */
    assert_true(file->data_count >= 6);
    assert_true(file->build_id_size > 0);
    assert_null(file->patch);
    for (uint32_t i = 0; i < file->method_count; i++) {
        assert_true(file->methods[i].unit < 2);
        assert_true(file->methods[i].entry != 0);
    }
    rv_image_file_close(file);
}

static void a_name_from_outside_means_the_strong_definition(void **state)
{
    struct rv_image_file *file = open_sample();
    uint32_t either = rv_image_file_method(file, "either");

    (void)state;
    assert_int_not_equal(either, RV_NONE);
    assert_false(file->methods[either].record->flags & RV_METHOD_WEAK);
    assert_int_not_equal(rv_image_file_method(file, "second"), RV_NONE);
    assert_int_not_equal(rv_image_file_data(file, "names"), RV_NONE);
    assert_int_equal(rv_image_file_method(file, "helper"), RV_NONE);
    assert_int_equal(rv_image_file_data(file, "counter"), RV_NONE);
    assert_int_equal(rv_image_file_method(file, "eithe"), RV_NONE);
    assert_int_equal(rv_image_file_method(file, ""), RV_NONE);
    rv_image_file_close(file);
}

static void a_name_in_a_unit_means_its_own_definition(void **state)
{
    struct rv_image_file *file = open_sample();

    (void)state;
    for (uint32_t unit = 0; unit < 2; unit++) {
        uint32_t helper = rv_image_file_unit_method(file, unit, "helper");
        uint32_t calls = rv_image_file_unit_data(file, unit, "helper.calls");
        assert_int_not_equal(helper, RV_NONE);
        assert_int_equal(file->methods[helper].unit, unit);
        assert_true(file->methods[helper].record->flags & RV_METHOD_STATIC);
        assert_int_not_equal(calls, RV_NONE);
        assert_int_equal(file->data[calls].unit, unit);
        assert_int_equal(file->data[calls].record->size, sizeof(int));
    }
    assert_int_equal(rv_image_file_unit_method(file, 7, "helper"), RV_NONE);
    assert_int_equal(rv_image_file_unit_method(file, 0, "nobody"), RV_NONE);
    rv_image_file_close(file);
}

static int find(const struct rv_image_file *file, const char *path)
{
    uint32_t unit = RV_NONE;
    int error = rv_image_file_find_unit(file, path, &unit);

    return error ? error : (int)unit;
}

static void units_are_found_by_the_end_of_their_path(void **state)
{
    struct rv_image_file *file = open_sample();
    const char *source = file->units[1].source;
    char path[8192];

    (void)state;
    assert_int_equal(find(file, source), 1);
    assert_int_equal(find(file, strrchr(source, '/') + 1), 1);
    snprintf(path, sizeof(path), "/elsewhere/.//%s", strrchr(source, '/') + 1);
    assert_int_equal(find(file, path), 1);
    assert_int_equal(find(file, "none.c"), RV_ENOUNIT);
    assert_int_equal(find(file, "image_sample"), RV_ENOUNIT);
    assert_int_equal(find(file, ""), RV_ENOUNIT);
    assert_int_equal(find(file, "/"), RV_ENOUNIT);
    rv_image_file_close(file);
}

static void the_command_is_a_list_of_arguments(void **state)
{
    struct rv_image_file *file = open_sample();
    int found = 0;

    (void)state;
    for (const char *word = file->units[0].command; *word; word += strlen(word) + 1)
        found |= !strcmp(word, "-emit-obj");
    assert_true(found);
    rv_image_file_close(file);
}

static void the_hash_covers_the_records(void **state)
{
    struct rv_image_file *first = open_sample(), *second = open_sample(), *changed;
    const uint8_t *record = memmem(bytes, size, first->methods[0].record, sizeof(struct rv_method));
    uint8_t *copy = malloc(size);

    (void)state;
    assert_true(first->image_hash == second->image_hash);
    assert_non_null(record);
    memcpy(copy, bytes, size);
    copy[(record - bytes) + (ptrdiff_t)offsetof(struct rv_method, body_hash)] ^= 1;
    assert_int_equal(open_bytes(copy, size, &changed), 0);
    assert_true(changed->image_hash != first->image_hash);
    rv_image_file_close(changed);
    rv_image_file_close(second);
    rv_image_file_close(first);
    free(copy);
}

static void other_files_are_refused(void **state)
{
    struct rv_image_file *file;
    uint8_t *copy = malloc(size);

    (void)state;
    assert_int_equal(rv_image_file_open("/nowhere/at/all", &file), RV_EREAD);
    assert_int_equal(rv_image_file_open("/", &file), RV_ENOTELF);
    assert_int_equal(open_bytes("", 0, &file), RV_ENOTELF);
    assert_int_equal(open_bytes("#!/bin/sh\n", 10, &file), RV_ENOTELF);
    assert_int_equal(rv_image_file_open("/proc/self/exe", &file), RV_ENORECORDS);
    memcpy(copy, bytes, size);
    copy[4] = 1; /* 32 bits */
    assert_int_not_equal(open_bytes(copy, size, &file), 0);
    free(copy);
}

static void a_record_of_another_version_is_refused(void **state)
{
    struct rv_image_file *file = open_sample();
    const struct rv_unit *unit = file->units[0].record;
    const uint8_t *at = memmem(bytes, size, unit, sizeof(*unit));
    uint8_t *copy = malloc(size);

    (void)state;
    assert_non_null(at);
    memcpy(copy, bytes, size);
    /* every such word in .data.rel.ro might be the number; so change all before the headers */
    for (size_t i = 0; i + 8 < ((const Elf64_Ehdr *)bytes)->e_shoff; i += 8)
        if (*(uint64_t *)(copy + i) == RV_RECORD_ABI && i > (size_t)(at - bytes))
            copy[i] = RV_RECORD_ABI + 1;
    rv_image_file_close(file);
    assert_int_equal(open_bytes(copy, size, &file), RV_ERECORDS);
    free(copy);
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t cut = 1; cut < size; cut += cut < 4096 || size - cut < 4096 ? 17 : 331) {
        struct rv_image_file *file;
        assert_int_not_equal(open_bytes(bytes, size - cut, &file), 0);
    }
}

/* Whatever the records say, nothing is read outside of them (run with sanitizers). */
static void damaged_records_are_refused_or_harmless(void **state)
{
    static const uint32_t values[] = {0, 1, 0x7fffffff, 0x80000000, 0xfffffff8, 0x10000};
    struct rv_image_file *file = open_sample();
    const uint8_t *from = memmem(bytes, size, file->methods[0].record, sizeof(struct rv_method));
    const uint8_t *units = memmem(bytes, size, file->units[0].record, sizeof(struct rv_unit));
    const uint8_t *data = memmem(bytes, size, file->data[0].record, sizeof(struct rv_data));
    const uint8_t *starts[] = {from, units, data};
    uint8_t *copy = malloc(size);

    (void)state;
    rv_image_file_close(file);
    memcpy(copy, bytes, size);
    for (size_t list = 0; list < 3; list++)
        for (size_t at = (size_t)(starts[list] - bytes), end = at + 240; at < end; at += 4)
            for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
                memcpy(copy + at, &values[v], 4);
                if (open_bytes(copy, size, &file) == 0) {
                    (void)rv_image_file_method(file, "helper");
                    rv_image_file_close(file);
                }
                memcpy(copy + at, bytes + at, 4);
            }
    free(copy);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lists_are_whole),
        cmocka_unit_test(a_name_from_outside_means_the_strong_definition),
        cmocka_unit_test(a_name_in_a_unit_means_its_own_definition),
        cmocka_unit_test(units_are_found_by_the_end_of_their_path),
        cmocka_unit_test(the_command_is_a_list_of_arguments),
        cmocka_unit_test(the_hash_covers_the_records),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(a_record_of_another_version_is_refused),
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
        cmocka_unit_test(damaged_records_are_refused_or_harmless),
    };
    struct stat status;
    int fd;

    if (argc != 2)
        return 2;
    sample = argv[1];
    fd = open(sample, O_RDONLY);
    if (fd < 0 || fstat(fd, &status))
        return 2;
    size = (size_t)status.st_size;
    bytes = malloc(size);
    if (!bytes || read(fd, bytes, size) != (ssize_t)size)
        return 2;
    close(fd);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
