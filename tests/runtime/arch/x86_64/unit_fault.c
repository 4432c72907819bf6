/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_fault.c - the method fault: nothing of the call is lost on the way.
 *
 * The image here never registers, so every call goes through rv_fault.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "made_code.h"

#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#undef MADE_IMAGE
/* As in made_code.h, but it does not register. */
__asm__(MADE_TABLE(
    "2") ".pushsection rv_units,\"a\",@progbits\n.p2align 2\nmade.unit:\n"
         ".long never_registered - ., made.slot - ., made.leaf - ., 0, 0, 0, 0, 0, 0, 2, "
         "1, 0\n.popsection\n");
MADE_BOUNDS(rv_method, rv_methods)
const struct rv_image never_registered __attribute__((used, visibility("hidden"))) = {
    .abi = RV_RECORD_ABI, .methods = __start_rv_methods, .methods_end = __stop_rv_methods};
extern struct rv_slot made_slot __asm__("made.slot");
MADE_METHOD(probe, 0, 1);
MADE_METHOD(trace, 1, 2);

struct registers {
    uint64_t general[8]; /* rax rdi rsi rdx rcx r8 r9, and the first word on the stack */
    uint64_t vectors[32][8];
    uint64_t masks[8];
};

int registers_call(const struct registers *set, struct registers *got, int level);
extern const uint64_t *registers_leaf;

static void fill(struct registers *set, uint64_t seed)
{
    uint64_t *word = (uint64_t *)set;
    for (size_t n = 0; n < sizeof(*set) / sizeof(*word); n++)
        word[n] = seed = seed * 6364136223846793005u + 1442695040888963407u;
}

static void expect_kept(int level, size_t vectors, size_t bytes)
{
    struct registers set, got;

    fill(&set, 42 + (uint64_t)level);
    memset(&got, 0, sizeof(got));
    assert_int_equal(registers_call(&set, &got, level), 0);
    assert_memory_equal(got.general, set.general, sizeof(got.general));
    for (size_t n = 0; n < vectors; n++)
        assert_memory_equal(got.vectors[n], set.vectors[n], bytes);
    if (level == 2)
        assert_memory_equal(got.masks, set.masks, sizeof(got.masks));
    assert_null(registers_leaf); /* whoever looks for the table must not find it here */
}

static void xmm_and_general_registers_are_kept(void **state)
{
    (void)state;
    expect_kept(0, 16, 16);
}

static void ymm_registers_are_kept(void **state)
{
    (void)state;
    if (!__builtin_cpu_supports("avx"))
        skip();
    expect_kept(1, 16, 32);
}

static void zmm_and_mask_registers_are_kept(void **state)
{
    (void)state;
    if (!__builtin_cpu_supports("avx512bw"))
        skip();
    expect_kept(2, 32, 64);
}

/*
 * In place of the handler (see CMakeLists.txt), which alone might leave most
 * registers as they are by chance.
 */
uint64_t __real_rv_fault_handle(const uint64_t *leaf, uint32_t index);
uint64_t __wrap_rv_fault_handle(const uint64_t *leaf, uint32_t index);
void registers_spoil(int level);

static int best_level(void)
{
    if (__builtin_cpu_supports("avx512bw"))
        return 2;
    return __builtin_cpu_supports("avx") ? 1 : 0;
}

static uint64_t *registered_as; /* if set: where the unit gets registered meanwhile */

uint64_t __wrap_rv_fault_handle(const uint64_t *leaf, uint32_t index)
{
    uint64_t target;

    if (registered_as)
        *(uint64_t *volatile *)&made_slot.directory = registered_as;
    target = __real_rv_fault_handle(leaf, index);
    registers_spoil(best_level());
    return target;
}

/* ---- backtraces ---- */

int trace(int depth);
int trace_body(int depth);
static void *frames[64];
static int count;

int trace_body(int depth)
{
    count = backtrace(frames, 64);
    return depth;
}

static void stubs_and_faults_leave_no_frame_behind(void **state)
{
    uintptr_t here = (uintptr_t)stubs_and_faults_leave_no_frame_behind;
    (void)state;
    assert_int_equal(trace(3), 3);
    assert_true(count >= 4); /* the body, this function, cmocka, main... */
    assert_true((uintptr_t)frames[1] - here < 4096 || (uintptr_t)frames[2] - here < 4096);
}

/* ---- an entry that is not present ---- */

/* While the call is on its way into the fault its unit is registered, with nothing in it. */
static int call_what_is_not_present(void)
{
    static uint64_t directory;

    directory = made_slot.leaf;
    registered_as = &directory;
    return trace(1);
}

static void a_call_of_what_is_not_present_ends_with_its_name(void **state)
{
    char line[512] = "";
    int ends[2], status;
    pid_t child;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], 2);
        _exit(call_what_is_not_present());
    }
    close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(read(ends[0], line, sizeof(line) - 1) > 0);
    close(ends[0]);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_string_equal(line, "method trace was called, but its table entry is not "
                              "present\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xmm_and_general_registers_are_kept),
        cmocka_unit_test(ymm_registers_are_kept),
        cmocka_unit_test(zmm_and_mask_registers_are_kept),
        cmocka_unit_test(stubs_and_faults_leave_no_frame_behind),
        cmocka_unit_test(a_call_of_what_is_not_present_ends_with_its_name),
    };
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
