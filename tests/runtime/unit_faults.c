/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_faults.c [FLAVOUR] - an apply and a revert in which one allocation, or one system call,
 * fails: each of them in turn, until nothing is left to fail.
 *
 * Either the step succeeds all the same, or it refuses with a code that has a sentence
 * and everything is as before; and the next one works. Two other threads have to be
 * moved meanwhile. What the core asks of its platform is in unit_exhaustion.c; of the agent
 * and the journal: ctl/e2e/failures.sh.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "holdings.h"
#include "inject.h"
#include "revector/revector.h"
#include "subject.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MOST 5000 /* that one step can ask for */
#define LOOK 150  /* more than one look at three threads asks for */

#define NAME    "faults-fix.rvp"
#define METHODS 5 /* of the program: they come first */
#define ANY     "faults-" /* in the name of whatever is mapped of patches */

static const struct flavour {
    const char *name, *patch;
    const char *under; /* in force before, and superseded; or a null pointer */
    int without; /* answer(1) before */
    struct rv_apply_options options;
    int is_signed;
} flavours[] = {
    {"thread", "good", NULL, 2, {0}, 0},
    {"process", "good", NULL, 2, {.consistency = RV_APPLY_PER_PROCESS}, 0},
    {"state", "state", NULL, 2, {.consistency = RV_APPLY_PER_PROCESS}, 0}, /* and hooks */
    {"replace", "good", "other", 201, {.flags = RV_APPLY_REPLACE}, 0},
    {"signed", "good", NULL, 2, {0}, 1},
};
static const struct flavour *flavour = flavours;

static char folder[] = "/tmp/revector-faults-XXXXXX";
static char path[64], under[64];
static char detail[256];
static struct rv_apply_options options;
static enum inject_kind kind;
static long faults; /* that have been injected */
static int lost;    /* mappings that the dynamic linker forgets when it fails half-way */

/* ---- what may not change ---- */

/* Complements: saved addresses of a patch would keep it loaded. */
static struct table {
    uintptr_t targets[METHODS];
    uint64_t slot;
} before, after;

static int note_target(const struct rv_method_info *info, void *context)
{
    uintptr_t **at = context;
    *(*at)++ = ~(uintptr_t)info->target;
    return *at == before.targets + METHODS || *at == after.targets + METHODS;
}

static void note_table(struct table *table)
{
    uintptr_t *at = table->targets;

    *table = (struct table){.slot = *subject_slot()};
    rv_each_method(note_target, &at);
}

/* What patch.c's transformer makes of it. */
static void expect_object(int is_new)
{
    const int64_t *object = (const int64_t *)counter;

    assert_int_equal(object[0], 21);
    if (is_new && !strcmp(flavour->patch, "state"))
        assert_int_equal(object[1], 42);
}

static void expect_all_as_before(int is_in_force)
{
    note_table(&after);
    assert_memory_equal(&before, &after, sizeof(before));
    assert_int_equal(answer(1), is_in_force ? 101 : flavour->without);
    expect_object(is_in_force);
}

static int is_under_way(const struct rv_update_info *info, void *context)
{
    (void)context;
    return info->state == RV_STATUS_MOVING || info->state == RV_STATUS_RETURNING;
}

static void expect_sentence(int error)
{
    assert_true(error < 0);
    assert_non_null(rv_error_text(error));
    assert_true(strlen(rv_error_text(error)) > 10);
    assert_int_equal(rv_each_update(is_under_way, NULL), 0);
}

/* ---- steps ---- */

static void put_under(void)
{
    if (flavour->under)
        assert_int_equal(rv_apply(under, NULL, NULL), 0);
    assert_int_equal(answer(1), flavour->without);
}

static uint32_t apply_now(void)
{
    uint32_t id = 0;
    int error = rv_apply(path, &options, &id);

    if (error)
        print_error("%s (%s)\n", rv_error_text(error), detail);
    assert_int_equal(error, 0);
    assert_int_equal(answer(1), 101);
    expect_object(1);
    return id;
}

static void expect_gone(void)
{
    assert_int_equal(answer(1), 2);
    expect_object(0);
    subject_reclaim(1000);
    assert_int_equal(holdings_mapped(ANY), lost);
}

static void revert_now(uint32_t id)
{
    assert_int_equal(rv_revert(id, &options), 0);
    expect_gone();
}

/* 1: nothing failed, so all has been tried. */
static int apply_with_fault(long n)
{
    uint32_t id = 0;
    int error, what, failed;

    put_under();
    note_table(&before);
    inject_arm(kind, n);
    error = rv_apply(path, &options, &id);
    failed = inject_disarm(&what);
    faults += failed;
    if (error) {
        assert_true(failed);
        expect_sentence(error);
        expect_all_as_before(0);
        subject_reclaim(1000);
        if (error == RV_ELOAD)
            lost = holdings_mapped(NAME);
        assert_int_equal(holdings_mapped(NAME), lost);
        id = apply_now();
    }
    assert_int_equal(answer(1), 101);
    expect_object(1);
    revert_now(id);
    return !failed;
}

static uint32_t apply_over(void)
{
    put_under();
    return apply_now();
}

static int revert_with_fault(long n)
{
    uint32_t id = apply_over();
    int error, what, failed;

    note_table(&before);
    inject_arm(kind, n);
    error = rv_revert(id, &options);
    failed = inject_disarm(&what);
    faults += failed;
    if (error) {
        assert_true(failed);
        expect_sentence(error);
        expect_all_as_before(1);
        assert_int_equal(rv_revert(id, &options), 0);
    }
    expect_gone();
    return !failed;
}

static int reclaim_with_fault(long n)
{
    int what, failed;

    assert_int_equal(rv_revert(apply_over(), &options), 0);
    inject_arm(kind, n);
    (void)rv_reclaim();
    failed = inject_disarm(&what);
    faults += failed;
    expect_gone();
    return !failed;
}

/* Whatever the C library keeps for the next time, it keeps once. */
static void expect_no_growth(int (*step)(long n), long n, struct holdings *held)
{
    struct holdings now = holdings_now(lost);

    for (int again = 0; again < 3 && !holdings_are_same(held, &now); again++) {
        *held = now;
        step(n);
        now = holdings_now(lost);
    }
    if (!holdings_are_same(held, &now))
        fail_msg("fault %ld: %d descriptors, %d mappings, %zu bytes become %d, %d, %zu", n,
                 held->descriptors, held->mappings, held->allocated, now.descriptors, now.mappings,
                 now.allocated);
}

/* Each fault in turn. */
static void try_all(int (*step)(long n), enum inject_kind with)
{
    struct holdings held;
    long n = 1;

    kind = with;
    faults = 0;
    revert_now(apply_over());
    for (held = holdings_now(lost); !step(n); n++) {
        expect_no_growth(step, n, &held);
        assert_true(n < MOST);
    }
    print_message("%ld faults\n", faults);
    assert_true(n > 5);
}

static void an_apply_survives_every_failed_allocation(void **state)
{
    (void)state;
    try_all(apply_with_fault, INJECT_ALLOCATION);
}

static void an_apply_survives_every_failed_system_call(void **state)
{
    (void)state;
    try_all(apply_with_fault, INJECT_SYSTEM_CALL);
}

static void a_revert_survives_every_failed_allocation(void **state)
{
    (void)state;
    try_all(revert_with_fault, INJECT_ALLOCATION);
}

static void a_revert_survives_every_failed_system_call(void **state)
{
    (void)state;
    try_all(revert_with_fault, INJECT_SYSTEM_CALL);
}

static void reclaiming_survives_every_failed_allocation(void **state)
{
    (void)state;
    try_all(reclaim_with_fault, INJECT_ALLOCATION);
}

static void reclaiming_survives_every_failed_system_call(void **state)
{
    (void)state;
    try_all(reclaim_with_fault, INJECT_SYSTEM_CALL);
}

/* ---- a thread inside the patch ---- */

static int entrance[2];

static void *enter(void *unused)
{
    wait_in(entrance[0]);
    return unused;
}

static uint32_t apply_and_enter(pthread_t *thread)
{
    uint32_t id = apply_now();

    assert_int_equal(pipe(entrance), 0);
    assert_int_equal(pthread_create(thread, NULL, enter, NULL), 0);
    subject_until_read(entrance[0]);
    return id;
}

static void leave(pthread_t thread)
{
    assert_int_equal(write(entrance[1], "x", 1), 1);
    pthread_join(thread, NULL);
    close(entrance[0]);
    close(entrance[1]);
}

static void reclaim_while_in_use(enum inject_kind with)
{
    int failed = 1, what;

    for (long n = 1; failed; n++) {
        inject_arm(with, n);
        (void)rv_reclaim();
        failed = inject_disarm(&what);
        if (holdings_mapped(ANY) == lost)
            fail_msg("code in use was unmapped when %ld, system call %d, failed", n, what);
    }
}

static void code_in_use_stays_whatever_fails(void **state)
{
    pthread_t thread;
    uint32_t id = apply_and_enter(&thread);
    (void)state;
    assert_int_equal(rv_revert(id, &per_call), 0);
    reclaim_while_in_use(INJECT_ALLOCATION);
    reclaim_while_in_use(INJECT_SYSTEM_CALL);
    leave(thread);
    expect_gone();
}

/* Only the kernel has it, which is asked by more calls than memory is. */
static __attribute__((noinline)) void save_in_epoll(int epoll)
{
    struct epoll_event event = {.events = EPOLLIN};

    assert_int_equal(pipe(entrance), 0);
    event.data.u64 = ~subject_hidden_code(NAME, SUBJECT_HIGHEST);
    assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, entrance[0], &event), 0);
    event.data.u64 = 0;
}

static void code_that_a_saved_pointer_leads_to_stays_whatever_fails(void **state)
{
    const int epoll = epoll_create1(0);
    uint32_t id = apply_now();
    (void)state;
    save_in_epoll(epoll);
    subject_sweep_stack();
    assert_int_equal(rv_revert(id, &per_call), 0);
    reclaim_while_in_use(INJECT_ALLOCATION);
    reclaim_while_in_use(INJECT_SYSTEM_CALL);
    close(epoll);
    close(entrance[0]);
    close(entrance[1]);
    expect_gone();
}

static void revert_around_a_thread(uint32_t id, enum inject_kind with)
{
    struct rv_apply_options short_time = options;
    int failed = 1, error, what;

    short_time.timeout_ms = 1;
    for (long n = 1; failed && n < LOOK; n++) {
        inject_arm(with, n);
        error = rv_revert(id, &short_time);
        failed = inject_disarm(&what);
        if (!error)
            fail_msg("a thread was overlooked when %ld, system call %d, failed", n, what);
        assert_int_equal(answer(1), 101);
    }
}

static void a_thread_inside_is_never_overlooked(void **state)
{
    pthread_t thread;
    uint32_t id = apply_and_enter(&thread);
    (void)state;
    revert_around_a_thread(id, INJECT_ALLOCATION);
    revert_around_a_thread(id, INJECT_SYSTEM_CALL);
    leave(thread);
    revert_now(id);
}

static void *wait_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static int run(void)
{
    const struct CMUnitTest steps[] = {
        cmocka_unit_test(an_apply_survives_every_failed_allocation),
        cmocka_unit_test(an_apply_survives_every_failed_system_call),
        cmocka_unit_test(a_revert_survives_every_failed_allocation),
        cmocka_unit_test(a_revert_survives_every_failed_system_call),
    };
    const struct CMUnitTest all[] = {
        /* First: what the dynamic linker loses later would be taken for the patch. */
        cmocka_unit_test(code_that_a_saved_pointer_leads_to_stays_whatever_fails),
        steps[0],
        steps[1],
        steps[2],
        steps[3],
        cmocka_unit_test(reclaiming_survives_every_failed_allocation),
        cmocka_unit_test(reclaiming_survives_every_failed_system_call),
        cmocka_unit_test(code_in_use_stays_whatever_fails),
        cmocka_unit_test(a_thread_inside_is_never_overlooked),
    };
    pthread_t threads[2];

    for (int n = 0; n < 2; n++)
        if (pthread_create(&threads[n], NULL, wait_for_ever, NULL))
            return 2;
    return flavour == flavours ? cmocka_run_group_tests_name("faults", all, NULL, NULL)
                               : cmocka_run_group_tests_name(flavour->name, steps, NULL, NULL);
}

/* The runtime reads the key when it is loaded. */
static void start_anew_with_key(const char *program)
{
    char command[256], key[80];

    snprintf(key, sizeof(key), "%s/key.pub", folder);
    snprintf(command, sizeof(command),
             "cd %s && minisign -G -W -p key.pub -s key >/dev/null && "
             "minisign -S -W -s key -m " NAME " >/dev/null",
             folder);
    if (!system(command) && !setenv("REVECTOR_KEY", key, 1))
        execl("/proc/self/exe", program, flavour->name, folder, NULL);
    perror(command);
    exit(2);
}

static void make_files(const char *program)
{
    if (!mkdtemp(folder))
        exit(2);
    snprintf(path, sizeof(path), "%s/" NAME, folder);
    snprintf(under, sizeof(under), "%s/faults-under.rvp", folder);
    subject_patch(flavour->patch, path);
    if (flavour->under)
        subject_patch(flavour->under, under);
    if (flavour->is_signed)
        start_anew_with_key(program);
}

static void remove_files(void)
{
    char command[64];

    snprintf(command, sizeof(command), "rm -r %s", folder);
    if (system(command))
        perror(command);
}

static void choose(const char *name)
{
    for (size_t n = 0; n < sizeof(flavours) / sizeof(flavours[0]); n++)
        if (!strcmp(name, flavours[n].name))
            flavour = &flavours[n];
}

int main(int count, char **arguments)
{
    static int64_t first = 21;
    int failed;

    if (count > 1)
        choose(arguments[1]);
    options = flavour->options;
    options.size = sizeof(options);
    options.timeout_ms = 1000;
    options.detail = detail;
    options.detail_size = sizeof(detail);
    counter = (int64_t)memcpy(malloc(sizeof(first)), &first, sizeof(first));
    if (count > 2)
        snprintf(path, sizeof(path), "%s/" NAME, strcpy(folder, arguments[2]));
    else
        make_files(arguments[0]);
    failed = inject_run(run);
    remove_files();
    return failed;
}
