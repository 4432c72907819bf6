/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_registration.c - how long does an image of METHODS methods take to register?
 *
 * Records as the compiler writes them, in the file and untouched until then, 400
 * methods to a unit. Prints one line; a benchmark, not a test. Built on demand:
 *   cmake --build BUILD --target runtime-registration-100000 &&
 * BUILD/bin/runtime-registration-100000
 */
#define _GNU_SOURCE
#include "revector/record.h"

#include <stdio.h>
#include <time.h>

#define TEXT(x)   #x
#define NUMBER(x) TEXT(x)

__asm__(".set methods, " NUMBER(
    METHODS) "\n"
             ".set per_unit, 400\n"
             ".set units, methods / per_unit\n"
             ".pushsection .text\nbodies: .skip methods * 16, 0xc3\n.popsection\n"
             ".pushsection rv_strings,\"a\"\nname: .asciz \"some_function\"\n.popsection\n"
             ".pushsection .data.rel.ro,\"aw\"\n.p2align 3\n"
             ".set u, 0\nslots: .rept units\n.quad leaves + u * leaf_size + 24, 0\n"
             ".long unit_records + u * 48 - ., 0\n.set u, u + 1\n.endr\n"
             ".set leaf_size, 24 + 8 * per_unit\n.set u, 0\n"
             "leaves: .rept units\n.long per_unit, per_unit, 1\n.byte 0, 1\n.short 0\n"
             ".quad slots + u * 24\n.set i, 0\n"
             ".rept per_unit\n.quad rv_fault_thunks + i * 16\n.set i, i + 1\n.endr\n"
             ".set u, u + 1\n.endr\n.popsection\n"
             ".pushsection rv_units,\"a\"\n.p2align 2\n.set u, 0\nunit_records:\n"
             ".rept units\n.long 0, slots + u * 24 - ., leaves + u * leaf_size - ., name - ., 0, "
             "0, 0, 0, 0, per_unit, 1, 0\n"
             ".set u, u + 1\n.endr\n.popsection\n"
             ".pushsection rv_methods,\"a\"\n.p2align 3\n.set u, 0\n.set m, 0\n"
             ".rept units\n.set i, 0\n.rept per_unit\n"
             ".long unit_records + u * 48 - ., name - ., bodies + m * 16 - ., bodies + m * 16 - ., "
             "0\n"
             ".short i, 0\n.quad 1, 2, 0\n.set i, i + 1\n.set m, m + 1\n.endr\n"
             ".set u, u + 1\n.endr\n.popsection\n");

extern const struct rv_method __start_rv_methods[], __stop_rv_methods[];
extern const struct rv_unit __start_rv_units[], __stop_rv_units[];

static const struct rv_image image = {
    .abi = RV_RECORD_ABI,
    .methods = __start_rv_methods,
    .methods_end = __stop_rv_methods,
    .units = __start_rv_units,
    .units_end = __stop_rv_units,
};

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(void)
{
    const struct rv_slot *slot = RV_TARGET(const struct rv_slot, __start_rv_units[0].slot);
    double start = now_us(), end;

    rv_image_add(&image);
    end = now_us();
    if (!slot->directory) {
        printf("the image did not register\n");
        return 1;
    }
    printf("%d methods in %d units: %.0f us\n", METHODS, METHODS / 400, end - start);
    return 0;
}
