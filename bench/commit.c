/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * commit.c - what each step of an update costs, by the number of functions and of units.
 *
 *   revector-bench-commit [--rounds N] [--json]
 *
 * The core and the host as they are in librevector, linked in, and an image of UNITS units
 * of PER_UNIT methods as the compiler writes it. Each round takes every shape of update in
 * turn through begin, stage, check, transition, commit with `thread` consistency; figures
 * are medians. Nobody is waited for: what threads cost is bench/update.py's question.
 *
 *   stage    rv_update_stage for each function
 *   check    copies of the leaf tables, everything else that can fail
 *   ready    rv_update_transition: what threads must leave, calls lead to the fault
 *   visible  rv_update_commit until another thread sees the last function's new entry
 *   commit   the whole of it, with what it frees after that
 */
#define _GNU_SOURCE
#include "garbage.h"
#include "revector/error.h"
#include "revector/record.h"
#include "revector/revector.h"
#include "tablewalk/tw_atomic.h"
#include "update.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define UNITS    4
#define PER_UNIT 2500
#define ROUNDS   201

#define TEXT(x)   #x
#define NUMBER(x) TEXT(x)

/* Each body is a function of its own to the unwind table, 16 bytes after the one before. */
#define BODIES(name)                                                                               \
    ".p2align 4\n" name ": .rept methods\n.cfi_startproc\nret\n.p2align 4\n.cfi_endproc\n.endr\n"

__asm__(".set per_unit, " NUMBER(PER_UNIT) "\n.set units, " NUMBER(
    UNITS) "\n"
           ".set methods, per_unit * units\n"
           ".set leaf_size, 24 + 8 * per_unit\n"
           ".pushsection .text\n" BODIES("bodies") BODIES(
               "new_bodies") ".popsection\n"
                             ".pushsection rv_strings,\"a\"\nname: .asciz "
                             "\"some_function\"\n.popsection\n"
                             ".pushsection .data.rel.ro,\"aw\"\n.p2align 3\n"
                             ".set u, 0\nslots: .rept units\n.quad leaves + u * leaf_size + 24, 0\n"
                             ".long unit_records + u * 48 - ., 0\n.set u, u + 1\n.endr\n"
                             ".set u, 0\nleaves: .rept units\n.long per_unit, per_unit, 1\n.byte "
                             "0, 1\n.short 0\n"
                             ".quad slots + u * 24\n.set i, 0\n"
                             ".rept per_unit\n.quad rv_fault_thunks + i * 16\n.set i, i + "
                             "1\n.endr\n"
                             ".set u, u + 1\n.endr\n.popsection\n"
                             ".pushsection rv_units,\"a\"\n.p2align 2\n.set u, 0\nunit_records:\n"
                             ".rept units\n.long image - ., slots + u * 24 - ., leaves + u * "
                             "leaf_size - ., "
                             "name - ., 0, 0, 0, 0, 0, per_unit, 1, 0\n.set u, u + "
                             "1\n.endr\n.popsection\n"
                             ".pushsection rv_methods,\"a\"\n.p2align 3\n.set u, 0\n.set m, 0\n"
                             ".rept units\n.set i, 0\n.rept per_unit\n"
                             ".long unit_records + u * 48 - ., name - ., bodies + m * 16 - ., "
                             "bodies + m * 16 - ., 0\n"
                             ".short i, 0\n.quad 1, 2, 0\n.set i, i + 1\n.set m, m + 1\n.endr\n"
                             ".set u, u + 1\n.endr\n.popsection\n");

extern const struct rv_method __start_rv_methods[], __stop_rv_methods[];
extern const struct rv_unit __start_rv_units[], __stop_rv_units[];
extern const char new_bodies[][16];

extern const struct rv_image image;
const struct rv_image image = {
    .abi = RV_RECORD_ABI,
    .methods = __start_rv_methods,
    .methods_end = __stop_rv_methods,
    .units = __start_rv_units,
    .units_end = __stop_rv_units,
};

static const struct shape {
    unsigned units, functions; /* functions of each unit */
} shapes[] = {{1, 1}, {1, 100}, {1, PER_UNIT}, {4, 1}, {4, 25}, {4, PER_UNIT}};

enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };
enum { STAGE, CHECK, READY, VISIBLE, COMMIT, STEPS };

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void must(int error, const char *what)
{
    if (error) {
        fprintf(stderr, "%s: %s\n", what, rv_error_text(error));
        exit(1);
    }
}

static int is_ours(const struct rv_image_state *state, void *found)
{
    if (state->image == &image)
        *(const struct rv_image_state **)found = state;
    return 0;
}

static void stage(struct rv_update *update, const struct shape *shape)
{
    for (unsigned u = 0; u < shape->units; u++)
        for (unsigned f = 0; f < shape->functions; f++) {
            unsigned n = u * PER_UNIT + f;
            must(rv_update_stage(update, &image.methods[n], (uintptr_t)new_bodies[n], 0), "stage");
        }
}

static void collect(void)
{
    struct rv_garbage *pieces[4 * UNITS];
    size_t count = rv_garbage_snapshot(pieces, 4 * UNITS);

    for (size_t n = 0; n < count && n < 4 * UNITS; n++)
        rv_garbage_free(pieces[n]);
}

/* ---- a thread that waits for the new code ---- */

static struct {
    uint32_t wanted, seen; /* number of the update */
    const struct shape *shape;
    double us;             /* when it was seen */
} watcher;

/* The last function of the last unit, by the walk that a call does. */
static int is_visible(const struct shape *shape)
{
    const unsigned unit = shape->units - 1, index = shape->functions - 1;
    const struct rv_slot *slot = RV_TARGET(const struct rv_slot, image.units[unit].slot);
    const uint64_t *leaf = (const uint64_t *)(uintptr_t)tw_load_consume(&slot->leaf);

    return tw_load_consume(&leaf[index]) == (uintptr_t)new_bodies[unit * PER_UNIT + index];
}

/* The two threads must not wait for each other's turn. */
static void stay_on_processor(int number)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(number, &set);
    (void)sched_setaffinity(0, sizeof(set), &set); /* refused: figures are worse */
}

static void *watch(void *unused)
{
    stay_on_processor(1);
    for (uint32_t n = 1;; n++) {
        while (tw_load32_acquire(&watcher.wanted) != n)
            ;
        while (!is_visible(watcher.shape))
            ;
        watcher.us = now_us();
        tw_store32_release(&watcher.seen, n);
    }
    return unused;
}

static void start_watching(const struct shape *shape)
{
    watcher.shape = shape;
    tw_store32_release(&watcher.wanted, watcher.wanted + 1);
}

static double time_seen(void)
{
    while (tw_load32_acquire(&watcher.seen) != watcher.wanted)
        ;
    return watcher.us;
}

/* ---- updates ---- */

static void one_update(struct rv_image_state *state, const struct shape *shape, double us[STEPS])
{
    struct rv_update *update;
    double start, staged, checked, ready, committed;
    uint32_t id;

    must(rv_update_begin(state, "measured", NULL, &update), "begin");
    start_watching(shape);
    start = now_us();
    stage(update, shape);
    staged = now_us();
    must(rv_update_check(update), "check");
    checked = now_us();
    must(rv_update_transition(update, RV_CONSISTENCY_THREAD, 1), "transition");
    ready = now_us();
    rv_update_mark(update);
    must(rv_update_commit(update), "commit");
    committed = now_us();
    us[STAGE] = staged - start;
    us[CHECK] = checked - staged;
    us[READY] = ready - checked;
    us[VISIBLE] = time_seen() - ready;
    us[COMMIT] = committed - ready;
    id = update->id;
    must(rv_update_revert(id, RV_CONSISTENCY_CALL, 1, &update), "revert");
    collect();
    must(rv_update_forget(id), "forget");
}

static int by_size(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static double median(double *values, unsigned count)
{
    qsort(values, count, sizeof(*values), by_size);
    return values[count / 2];
}

static void print_row(int is_json, unsigned n, const double us[STEPS])
{
    const struct shape *s = &shapes[n];

    printf(is_json ? "{\"functions\": %u, \"units\": %u, \"stage\": %.2f, \"check\": %.2f, "
                     "\"ready\": %.2f, \"visible\": %.2f, \"visible per unit\": %.2f, "
                     "\"commit\": %.2f}%s\n"
                   : "| %u | %u | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |%s\n",
           s->units * s->functions, s->units, us[STAGE], us[CHECK], us[READY], us[VISIBLE],
           us[VISIBLE] / s->units, us[COMMIT], is_json && n + 1 < SHAPES ? "," : "");
}

static void print_all(int is_json, double *all, unsigned rounds)
{
    if (!is_json)
        printf("Medians of %u rounds, in microseconds; units of %d functions.\n\n"
               "| functions | units | stage | check | ready | visible | visible per unit | "
               "commit |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n",
               rounds, PER_UNIT);
    else
        printf("[\n");
    for (unsigned n = 0; n < SHAPES; n++) {
        double us[STEPS];
        for (int step = 0; step < STEPS; step++)
            us[step] = median(all + (n * STEPS + (unsigned)step) * rounds, rounds);
        print_row(is_json, n, us);
    }
    if (is_json)
        printf("]\n");
}

static int measure(int is_json, unsigned rounds)
{
    double *all = calloc((size_t)SHAPES * STEPS * rounds, sizeof(*all));
    struct rv_image_state *state = NULL;
    pthread_t thread;

    if (pthread_create(&thread, NULL, watch, NULL))
        must(RV_ENOMEM, "thread");
    stay_on_processor(0);
    rv_image_add(&image);
    rv_images_each(is_ours, &state);
    if (!all || !state || state->phase != RV_IMAGE_LIVE)
        must(RV_EUNREGISTERED, "image");
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned n = 0; n < SHAPES; n++) {
            double us[STEPS];
            one_update(state, &shapes[n], us);
            for (unsigned step = 0; step < STEPS; step++)
                all[(n * STEPS + step) * rounds + round] = us[step];
        }
    print_all(is_json, all, rounds);
    free(all);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned rounds = ROUNDS;
    int is_json = 0;

    rv_agent_disable(); /* it would look at the garbage meanwhile */
    for (int n = 1; n < argc; n++) {
        if (strcmp(argv[n], "--json") == 0) {
            is_json = 1;
        } else if (strcmp(argv[n], "--rounds") == 0 && n + 1 < argc && atoi(argv[n + 1]) > 0) {
            rounds = (unsigned)atoi(argv[++n]);
        } else {
            fprintf(strcmp(argv[n], "--help") ? stderr : stdout,
                    "usage: revector-bench-commit [--rounds N] [--json]\n");
            return strcmp(argv[n], "--help") ? 2 : 0;
        }
    }
    return measure(is_json, rounds);
}
