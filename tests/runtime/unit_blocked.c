/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_blocked.c - is what a thread waits for told by name? Nothing else of the host is needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "blocked.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *text_of(long call, int first, int second, int third)
{
    static char text[RV_BLOCKED_TEXT];
    const struct rv_thread_view view = {
        .state = RV_THREAD_BLOCKED,
        .call = call,
        .arguments = {(uintptr_t)first, (uintptr_t)second, (uintptr_t)third},
    };

    rv_blocked_text(getpid(), &view, text);
    return text;
}

static void a_call_has_its_name(void **state)
{
    static const struct {
        long call;
        const char *text;
    } wanted[] = {
        {SYS_futex_waitv, "in futex_waitv (a lock or a condition)"},
        {SYS_io_getevents, "in io_getevents (requests that are under way)"},
        {SYS_io_pgetevents, "in io_pgetevents (requests that are under way)"},
        {SYS_getrandom, "in getrandom (random numbers)"},
        {SYS_openat, "in openat (the other end of a pipe, or a file system)"},
        {SYS_restart_syscall, "in restart_syscall (what a signal has interrupted)"},
        {SYS_clone3, "in clone3 (the child)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        assert_string_equal(text_of(wanted[i].call, 0, 0, 0), wanted[i].text);
}

static void of_a_descriptor_it_says_what_it_is(void **state)
{
    static const long calls[] = {
        SYS_read,           SYS_vmsplice,        SYS_preadv2,   SYS_sendmmsg, SYS_epoll_pwait2,
        SYS_io_uring_enter, SYS_mq_timedreceive, SYS_fdatasync, SYS_close};
    char wanted[64];

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        assert_non_null(strstr(text_of(calls[i], 999, 0, 0), " of descriptor 999"));
    snprintf(wanted, sizeof(wanted), "in read of descriptor %d (/dev/null)",
             open("/dev/null", O_RDONLY));
    assert_string_equal(text_of(SYS_read, wanted[22] - '0', 0, 0), wanted);
}

static void of_two_descriptors_it_says_both(void **state)
{
    (void)state;
    assert_string_equal(text_of(SYS_splice, 997, 0, 998),
                        "in splice of descriptor 997 and descriptor 998");
    assert_string_equal(text_of(SYS_tee, 997, 998, 0),
                        "in tee of descriptor 997 and descriptor 998");
    assert_string_equal(text_of(SYS_sendfile, 997, 998, 0),
                        "in sendfile of descriptor 997 and descriptor 998");
}

/* The longest of all sentences. */
static void long_names_of_files_are_cut_where_it_can_be_seen(void **state)
{
    char name[] = "/tmp/revector-blocked-with-a-name-that-is-long-XXXXXX";
    int fd = mkstemp(name);
    const char *text = text_of(SYS_copy_file_range, fd, 0, fd);

    (void)state;
    unlink(name);
    assert_non_null(strstr(text, "...) and descriptor "));
    assert_string_equal(text + strlen(text) - 4, "...)");
}

static void a_call_without_a_name_has_its_number(void **state)
{
    (void)state;
    assert_string_equal(text_of(4000, 0, 0, 0), "in system call 4000");
}

static void who_is_not_blocked_waits_for_nothing(void **state)
{
    const struct rv_thread_view view = {.state = RV_THREAD_RUNNING, .call = SYS_read};
    char text[RV_BLOCKED_TEXT];

    (void)state;
    rv_blocked_text(getpid(), &view, text);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_has_its_name),
        cmocka_unit_test(of_a_descriptor_it_says_what_it_is),
        cmocka_unit_test(of_two_descriptors_it_says_both),
        cmocka_unit_test(long_names_of_files_are_cut_where_it_can_be_seen),
        cmocka_unit_test(a_call_without_a_name_has_its_number),
        cmocka_unit_test(who_is_not_blocked_waits_for_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
