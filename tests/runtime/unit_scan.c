/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_scan.c - which words on a stack count? Nothing else of the host is needed.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch.h"
#include "scan.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SIZE = 64, MIDDLE = 32, WORDS = 64 };

static unsigned char code[SIZE];
static uintptr_t words[WORDS];

static void forget_code(void)
{
    memset(code, 0x90, sizeof(code));
    memset(words, 0, sizeof(words));
}

/* Where a word in `words` that points into the code counts; 0: nowhere. */
static uintptr_t scan(enum rv_piece_kind kind)
{
    const struct rv_piece piece = {(uintptr_t)code, (uintptr_t)code + SIZE, kind};
    struct rv_scan scan;
    uintptr_t where;

    assert_int_equal(rv_scan_start(&scan, &piece, 1), 0);
    rv_scan_reset(&scan, 0);
    assert_int_equal(rv_scan_range(&scan, (uintptr_t)words, (uintptr_t)(words + WORDS)), 0);
    where = scan.where[0];
    rv_scan_end(&scan);
    return where;
}

static uintptr_t scan_for(uintptr_t word, enum rv_piece_kind kind)
{
    words[7] = word;
    return scan(kind);
}

static int returns_behind(const unsigned char *call, size_t size)
{
    forget_code();
    memcpy(code + MIDDLE - size, call, size);
    return scan_for((uintptr_t)code + MIDDLE, RV_PIECE_BODY) == (uintptr_t)&words[7];
}

#define RETURNS_BEHIND(...)                                                                        \
    returns_behind((const unsigned char[]){__VA_ARGS__},                                           \
                   sizeof((const unsigned char[]){__VA_ARGS__}))

static void all_words_count_for_code_that_is_to_be_unmapped(void **state)
{
    (void)state;
    forget_code();
    assert_true(scan_for((uintptr_t)code, RV_PIECE_CODE) == (uintptr_t)&words[7]);
    assert_true(scan_for((uintptr_t)code + 5, RV_PIECE_CODE) == (uintptr_t)&words[7]);
    assert_true(scan_for((uintptr_t)code + SIZE, RV_PIECE_CODE) == 0);
}

static void a_function_pointer_is_nobodys_frame(void **state)
{
    (void)state;
    forget_code();
    assert_true(scan_for((uintptr_t)code, RV_PIECE_BODY) == 0);
    assert_true(scan_for((uintptr_t)code + 1, RV_PIECE_BODY) == 0);
    assert_true(scan_for((uintptr_t)code + MIDDLE, RV_PIECE_BODY) == 0);
}

static void a_frame_returns_to_behind_a_call(void **state)
{
    (void)state;
    assert_true(RETURNS_BEHIND(0xe8, 1, 2, 3, 4));
    assert_true(RETURNS_BEHIND(0xff, 0xd0));                               /* *%rax */
    assert_true(RETURNS_BEHIND(0x41, 0xff, 0xd3));                         /* *%r11 */
    assert_true(RETURNS_BEHIND(0xff, 0x13));                               /* *(%rbx) */
    assert_true(RETURNS_BEHIND(0xff, 0x14, 0xc1));                         /* *(%rcx,%rax,8) */
    assert_true(RETURNS_BEHIND(0xff, 0x50, 0x18));                         /* *24(%rax) */
    assert_true(RETURNS_BEHIND(0x41, 0xff, 0x54, 0x24, 0x08));             /* *8(%r12) */
    assert_true(RETURNS_BEHIND(0xff, 0x15, 1, 2, 3, 4));                   /* *(%rip) */
    assert_true(RETURNS_BEHIND(0xff, 0x93, 1, 2, 3, 4));                   /* *far(%rbx) */
    assert_true(RETURNS_BEHIND(0xff, 0x14, 0xc5, 1, 2, 3, 4));             /* *far(,%rax,8) */
    assert_true(RETURNS_BEHIND(0xff, 0x94, 0xc1, 1, 2, 3, 4));             /* *far(%rcx,%rax,8) */
}

static void what_is_no_call_is_not_returned_to(void **state)
{
    (void)state;
    assert_false(RETURNS_BEHIND(0xe9, 1, 2, 3, 4));       /* a jump */
    assert_false(RETURNS_BEHIND(0xff, 0xe0));             /* a jump through %rax */
    assert_false(RETURNS_BEHIND(0xff, 0x50));             /* the rest is missing */
    assert_false(RETURNS_BEHIND(0xff, 0x14));
    assert_false(RETURNS_BEHIND(0xff, 0xd0, 1));          /* behind something after it */
    assert_false(RETURNS_BEHIND(0xff, 0x15, 1, 2, 3));
}

static void bytes_before_the_function_are_not_its_calls(void **state)
{
    const uintptr_t start = (uintptr_t)code + MIDDLE;
    const struct rv_piece piece = {start, start + 8, RV_PIECE_BODY};
    struct rv_scan scan;

    (void)state;
    forget_code();
    code[MIDDLE - 5] = 0xe8; /* of a callee that does not return */
    words[7] = start;
    assert_int_equal(rv_scan_start(&scan, &piece, 1), 0);
    rv_scan_reset(&scan, 0);
    assert_int_equal(rv_scan_range(&scan, (uintptr_t)words, (uintptr_t)(words + WORDS)), 0);
    assert_true(scan.where[0] == 0);
    rv_scan_end(&scan);
}

static void a_call_that_ends_a_function_returns_to_behind_it(void **state)
{
    (void)state;
    forget_code();
    code[SIZE - 5] = 0xe8;
    assert_true(scan_for((uintptr_t)code + SIZE, RV_PIECE_BODY) == (uintptr_t)&words[7]);
    assert_true(scan_for((uintptr_t)code + SIZE, RV_PIECE_CODE) == (uintptr_t)&words[7]);
    assert_true(scan_for((uintptr_t)code + SIZE, RV_PIECE_TABLE) == 0);
    code[SIZE - 5] = 0x90;
    assert_true(scan_for((uintptr_t)code + SIZE, RV_PIECE_BODY) == 0);
}

const char rv_fault_chosen[1]; /* of fault.S, which is not linked in here */

static void what_a_method_fault_has_chosen_counts(void **state)
{
    (void)state;
    forget_code();
    words[9] = (uintptr_t)rv_fault_chosen;
    assert_true(scan_for((uintptr_t)code, RV_PIECE_BODY) == (uintptr_t)&words[7]);
    words[9] = 0;
    words[5] = (uintptr_t)rv_fault_chosen; /* deeper: it is in what the body has called */
    assert_true(scan_for((uintptr_t)code, RV_PIECE_BODY) == 0);
}

/* The lowest word of a signal frame, as the kernel's tables have it. */
static uintptr_t restorer_of(int number)
{
    struct {
        void *handler;
        unsigned long flags;
        uintptr_t restorer;
        uint64_t mask;
    } action = {.flags = 0};

    assert_int_equal(syscall(SYS_rt_sigaction, number, NULL, &action, sizeof(action.mask)), 0);
    return action.restorer;
}

static void ignore(int number)
{
    (void)number;
}

static void what_a_handler_interrupted_counts_whatever_it_was_about_to_do(void **state)
{
    const size_t first = 7, behind = first + RV_ARCH_SIGNAL_REGISTERS / sizeof(*words);

    (void)state;
    signal(SIGUSR1, ignore);
    for (size_t n = first + 1; n < behind + 2; n++) {
        forget_code();
        words[first] = restorer_of(SIGUSR1);
        words[n] = (uintptr_t)code;
        assert_true(scan(RV_PIECE_BODY) == (n < behind ? (uintptr_t)&words[n] : 0));
    }
    signal(SIGUSR1, SIG_DFL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_words_count_for_code_that_is_to_be_unmapped),
        cmocka_unit_test(a_function_pointer_is_nobodys_frame),
        cmocka_unit_test(a_frame_returns_to_behind_a_call),
        cmocka_unit_test(what_is_no_call_is_not_returned_to),
        cmocka_unit_test(bytes_before_the_function_are_not_its_calls),
        cmocka_unit_test(a_call_that_ends_a_function_returns_to_behind_it),
        cmocka_unit_test(what_a_method_fault_has_chosen_counts),
        cmocka_unit_test(what_a_handler_interrupted_counts_whatever_it_was_about_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
