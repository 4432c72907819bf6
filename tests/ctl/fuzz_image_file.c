/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_image_file.c - libFuzzer target for the reader of records, those of a
 * patch too.
 *
 * The input is a list of changes to the sample image, of 8 bytes each: where
 * (4), what (4); so most inputs are still ELF files with records. An input of
 * odd length cuts the file too. Oracle: what is accepted leads nowhere outside.
 * To reproduce a finding: IMAGE_SAMPLE=.../image_sample.so ctl-fuzz-image FILE
 */
#define _GNU_SOURCE
#include "image_file.h"
#include "image_symbols.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t sample[1 << 16], changed[1 << 16];
static size_t sample_size;
static size_t touched; /* bytes read, so that no read is optimised away */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *path = getenv("IMAGE_SAMPLE");
    FILE *file = path ? fopen(path, "rb") : NULL;

    (void)argc;
    (void)argv;
    if (!file) {
        fprintf(stderr, "set IMAGE_SAMPLE to an instrumented image\n");
        exit(2);
    }
    sample_size = fread(sample, 1, sizeof(sample), file);
    fclose(file);
    return 0;
}

static void touch(const char *text)
{
    touched += strlen(text);
}

static void read_patch(const struct rv_image_file *file)
{
    for (uint32_t i = 0; i < file->replacement_count; i++) {
        touch(file->replacements[i].name);
        touched += file->replacements[i].record->body_hash;
    }
    for (uint32_t i = 0; i < file->import_count; i++) {
        touch(file->imports[i].name);
        touched += file->imports[i].record->ordinal;
    }
    if (file->patch)
        touched += file->patch->build_id_size;
}

static void read_all(const struct rv_image_file *file)
{
    for (uint32_t i = 0; i < file->unit_count; i++) {
        uint32_t found;
        touch(file->units[i].source);
        touch(file->units[i].directory);
        touch(file->units[i].compiler);
        for (const char *word = file->units[i].command; *word; word += strlen(word) + 1)
            touch(word);
        if (!rv_image_file_find_unit(file, file->units[i].source, &found) &&
            (found >= file->unit_count || file->units[found].record->part))
            abort();
    }
    for (uint32_t i = 0; i < file->method_count; i++) {
        touched += file->methods[i].record->body_hash;
        touch(file->units[file->methods[i].unit].source);
        if (rv_image_file_unit_method(file, file->methods[i].unit, file->methods[i].name) ==
            RV_NONE)
            abort();
    }
    for (uint32_t i = 0; i < file->data_count; i++) {
        touched += file->data[i].record->init_hash;
        if (rv_image_file_unit_data(file, file->data[i].unit, file->data[i].name) == RV_NONE)
            abort();
    }
    read_patch(file);
}

static void read_symbols(int fd)
{
    struct rv_image_symbols *symbols;
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (rv_image_symbols_open(path, &symbols))
        return;
    touched += rv_image_symbols_find(symbols, "main") + rv_image_symbols_find(symbols, "");
    rv_image_symbols_close(symbols);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rv_image_file *file;
    size_t length = sample_size;
    int fd = memfd_create("image", 0);

    memcpy(changed, sample, sample_size);
    for (size_t at = 0; at + 8 <= size; at += 8) {
        uint32_t where;
        memcpy(&where, data + at, sizeof(where));
        memcpy(changed + where % (sample_size - 4), data + at + 4, 4);
    }
    if (size & 1)
        length -= (size * 31) % sample_size;
    if (fd < 0 || write(fd, changed, length) != (ssize_t)length)
        abort();
    if (rv_image_file_open_fd(fd, &file) == 0) {
        read_all(file);
        rv_image_file_close(file);
    }
    read_symbols(fd);
    close(fd);
    return 0;
}
