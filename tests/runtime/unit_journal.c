/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_journal.c - the journal's files: whole or not there, whatever fails.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUILD "0123abcd"

static char top[] = "/tmp/revector-journal-XXXXXX";
static char folder[64]; /* of BUILD */
static char why[256];
static struct rv_journal_key key;
static struct rv_journal_copy copy;

/* ---- helpers ---- */

/* A file without a name that holds `size` bytes of `byte`. */
static int patch_of(int byte, size_t size)
{
    static char bytes[1 << 20];
    int fd = memfd_create("patch", MFD_CLOEXEC);

    memset(bytes, byte, size);
    assert_int_equal(write(fd, bytes, size), size);
    return fd;
}

static struct rv_bytes signature; /* of the next copy */

static void sign(const char *text)
{
    signature = (struct rv_bytes){text, strlen(text)};
}

/* Uses up the descriptor. */
static int copy_of(int patch, const char *path)
{
    int error;

    why[0] = 0;
    memset(&key, 0, sizeof(key));
    memcpy(key.build, BUILD, sizeof(BUILD));
    error = rv_journal_copy(patch, path, signature, &key, &copy, why, sizeof(why));
    close(patch);
    return error;
}

static int make_copy(int byte, size_t size, const char *path)
{
    return copy_of(patch_of(byte, size), path);
}

static void keep(int byte, const char *path)
{
    assert_int_equal(make_copy(byte, 5000, path), 0);
    assert_int_equal(rv_journal_keep(&copy, &key, why, sizeof(why)), 0);
    rv_journal_drop(&copy);
}

/* Names of the patches, each behind a space, with their first byte and error: " NAME=aE". */
static void note_visit(int fd, const char *path, int error, void *context)
{
    char byte = '-', *text = context;

    if (fd >= 0)
        assert_int_equal(pread(fd, &byte, 1, 0), 1);
    sprintf(text + strlen(text), " %s=%c%s", strrchr(path, '/') + 1, byte, error ? "!" : "");
    assert_int_equal(fd < 0, error != 0);
}

static const char *listing(void)
{
    static char text[4096];

    text[0] = 0;
    assert_int_equal(rv_journal_each(BUILD, note_visit, text, why, sizeof(why)), 0);
    return text;
}

static void put_file(const char *name, const char *text, mode_t mode)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

/* All files, also those that the journal does not look at. */
static int count_files(void)
{
    DIR *directory = opendir(folder);
    int count = 0;

    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    return directory ? count - 2 : 0;
}

static int clean(void **state)
{
    char command[128];

    (void)state;
    copy = RV_JOURNAL_NO_COPY;
    signature = (struct rv_bytes){NULL, 0};
    snprintf(command, sizeof(command), "rm -rf %s && mkdir -m 755 %s", top, top);
    return system(command);
}

/* ---- keeping ---- */

static void a_copy_has_no_name_until_it_is_kept(void **state)
{
    (void)state;
    assert_int_equal(make_copy('a', 5000, "/x/fix.rvp"), 0);
    assert_int_equal(count_files(), 0);
    assert_int_equal(rv_journal_keep(&copy, &key, why, sizeof(why)), 0);
    assert_string_equal(listing(), " 00000001-fix.rvp=a");
    rv_journal_drop(&copy);
    assert_string_equal(listing(), " 00000001-fix.rvp=a");
}

/* What is in that file of the folder, or "". */
static const char *read_file(const char *name)
{
    static char text[256];
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "r");
    text[file ? fread(text, 1, sizeof(text) - 1, file) : 0] = 0;
    if (file)
        fclose(file);
    return text;
}

static void a_signature_lies_beside_its_patch(void **state)
{
    (void)state;
    sign("good");
    keep('a', "/x/fix.rvp");
    assert_string_equal(read_file("00000001-fix.rvp.minisig"), "good");
    assert_string_equal(listing(), " 00000001-fix.rvp=a");
    assert_int_equal(rv_journal_remove(&key, why, sizeof(why)), 0);
    assert_int_equal(count_files(), 0);
}

static void a_patch_that_is_there_gets_the_new_signature(void **state)
{
    (void)state;
    keep('a', "/x/fix.rvp");
    assert_int_equal(count_files(), 1);
    sign("first");
    keep('a', "/x/fix.rvp");
    assert_string_equal(read_file("00000001-fix.rvp.minisig"), "first");
    sign("second");
    keep('a', "/x/fix.rvp");
    assert_string_equal(read_file("00000001-fix.rvp.minisig"), "second");
    signature.at = NULL;
    keep('a', "/x/fix.rvp");
    assert_string_equal(read_file("00000001-fix.rvp.minisig"), "second");
    assert_int_equal(count_files(), 2);
}

static void a_signature_without_a_patch_is_left_alone(void **state)
{
    (void)state;
    keep('a', "/x/a.rvp");
    put_file("00000002-fix.rvp.minisig", "old", 0644);
    sign("new");
    keep('b', "/x/fix.rvp");
    assert_string_equal(listing(), " 00000001-a.rvp=a 00000003-fix.rvp=b");
    assert_string_equal(read_file("00000002-fix.rvp.minisig"), "old");
    assert_string_equal(read_file("00000003-fix.rvp.minisig"), "new");
}

static void a_dropped_copy_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(make_copy('a', 5000, "/x/fix.rvp"), 0);
    rv_journal_drop(&copy);
    assert_false(rv_journal_has(&copy));
    assert_int_equal(count_files(), 0);
}

static void patches_are_numbered_in_their_order(void **state)
{
    (void)state;
    keep('a', "/x/zebra.rvp");
    keep('b', "/x/ant.rvp");
    put_file("00000041-by-hand.rvp", "h", 0644);
    keep('c', NULL);
    assert_string_equal(listing(), " 00000001-zebra.rvp=a 00000002-ant.rvp=b"
                                   " 00000041-by-hand.rvp=h 00000042-patch.rvp=c");
}

static void the_same_patch_is_kept_once(void **state)
{
    (void)state;
    keep('a', "/x/one.rvp");
    keep('a', "/y/two.rvp");
    assert_string_equal(listing(), " 00000001-one.rvp=a");
}

static void control_characters_do_not_get_into_names(void **state)
{
    (void)state;
    keep('a', "/x/\033[2Jevil\n.rvp");
    assert_string_equal(listing(), " 00000001-_[2Jevil_.rvp=a");
}

static void long_names_are_cut(void **state)
{
    char path[600] = "/x/";
    (void)state;
    memset(path + 3, 'n', 500);
    keep('a', path);
    assert_int_equal(count_files(), 1);
    assert_non_null(strstr(listing(), "nnn.rvp=a"));
}

/* ---- removing ---- */

static void a_patch_is_removed_under_whatever_name(void **state)
{
    char from[128], to[128];
    (void)state;
    keep('b', "/x/other.rvp");
    keep('a', "/x/fix.rvp");
    snprintf(from, sizeof(from), "%s/00000002-fix.rvp", folder);
    snprintf(to, sizeof(to), "%s/renamed.rvp", folder);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(rv_journal_remove(&key, why, sizeof(why)), 0);
    assert_string_equal(listing(), " 00000001-other.rvp=b");
    assert_int_equal(rv_journal_remove(&key, why, sizeof(why)), 0);
}

static void removing_from_no_folder_is_fine(void **state)
{
    (void)state;
    memcpy(key.build, "feed", 5);
    assert_int_equal(rv_journal_remove(&key, why, sizeof(why)), 0);
}

/* ---- what is not trusted ---- */

static void files_that_others_may_write_to_are_refused(void **state)
{
    (void)state;
    keep('a', "/x/fix.rvp");
    put_file("00000002-group.rvp", "g", 0664);
    put_file("00000003-world.rvp", "w", 0606);
    assert_string_equal(listing(),
                        " 00000001-fix.rvp=a 00000002-group.rvp=-! 00000003-world.rvp=-!");
}

static void files_of_another_user_are_refused(void **state)
{
    char path[128];
    (void)state;
    if (geteuid() != 0)
        skip();
    keep('a', "/x/fix.rvp");
    snprintf(path, sizeof(path), "%s/00000001-fix.rvp", folder);
    assert_int_equal(chown(path, 65534, 65534), 0);
    assert_string_equal(listing(), " 00000001-fix.rvp=-!");
}

static void symbolic_links_are_refused(void **state)
{
    char path[128];
    (void)state;
    keep('a', "/x/fix.rvp");
    snprintf(path, sizeof(path), "%s/00000002-link.rvp", folder);
    assert_int_equal(symlink("00000001-fix.rvp", path), 0);
    assert_string_equal(listing(), " 00000001-fix.rvp=a 00000002-link.rvp=-!");
}

static void hidden_and_unrelated_files_are_not_looked_at(void **state)
{
    (void)state;
    keep('a', "/x/fix.rvp");
    put_file(".hidden.rvp", "h", 0644);
    put_file("README", "r", 0644);
    put_file(".rvp", "r", 0644);
    assert_string_equal(listing(), " 00000001-fix.rvp=a");
}

static void a_folder_that_others_may_write_to_is_refused(void **state)
{
    (void)state;
    keep('a', "/x/fix.rvp");
    assert_int_equal(chmod(folder, 0775), 0);
    assert_int_equal(make_copy('b', 10, "b"), RV_EOWNER);
    assert_non_null(strstr(why, BUILD));
    assert_int_equal(rv_journal_each(BUILD, note_visit, NULL, why, sizeof(why)), RV_EOWNER);
    assert_int_equal(rv_journal_remove(&key, why, sizeof(why)), RV_EOWNER);
}

static void a_directory_of_another_user_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(top, 65534, 65534), 0);
    assert_int_equal(make_copy('b', 10, "b"), RV_EOWNER);
    assert_int_equal(count_files(), 0);
}

static void a_directory_that_is_not_there_is_refused_by_name(void **state)
{
    (void)state;
    assert_int_equal(rmdir(top), 0);
    assert_int_equal(make_copy('b', 10, "b"), RV_EJOURNAL);
    assert_non_null(strstr(why, top));
    assert_non_null(strstr(why, "No such file"));
    assert_int_equal(rv_journal_each(BUILD, note_visit, NULL, why, sizeof(why)), RV_EJOURNAL);
}

/* ---- what fails on the way ---- */

static void a_limit_on_file_sizes_refuses_and_does_not_kill(void **state)
{
    int small = patch_of('a', 4000), large = patch_of('a', 5000), error;
    struct rlimit before, limit;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 4999;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    error = copy_of(small, "/x/small.rvp");
    rv_journal_drop(&copy);
    if (!error && copy_of(large, "/x/large.rvp") != RV_EJOURNAL)
        error = -1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(error, 0);
    assert_non_null(strstr(why, "File too large"));
    assert_int_equal(count_files(), 0);
}

/* A small file system of our own at `top`; 0: the system does not let us. */
static int mount_small(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("revector", top, "tmpfs", 0, "size=64k,mode=755") == 0;
}

static void in_full_disk(void)
{
    keep('a', "/x/fits.rvp");
    assert_int_equal(make_copy('b', 100000, "/x/large.rvp"), RV_EJOURNAL);
    assert_non_null(strstr(why, "No space left"));
    assert_false(rv_journal_has(&copy));
    assert_string_equal(listing(), " 00000001-fits.rvp=a");
    keep('c', "/x/fits-too.rvp"); /* nothing of the failed one takes room */
    assert_int_equal(rv_journal_remove(&key, why, sizeof(why)), 0);
}

static void a_full_disk_refuses_and_leaves_nothing(void **state)
{
    (void)state;
    if (geteuid() != 0 || !mount_small())
        skip();
    in_full_disk();
    assert_int_equal(umount(top), 0);
}

static void whoever_holds_the_lock_for_long_is_not_waited_for(void **state)
{
    int holder;
    (void)state;
    keep('a', "/x/fix.rvp");
    assert_int_equal(make_copy('b', 10, "/x/b.rvp"), 0);
    holder = open(folder, O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(holder, LOCK_EX), 0);
    assert_int_equal(rv_journal_keep(&copy, &key, why, sizeof(why)), RV_EJOURNAL);
    assert_non_null(strstr(why, "locking"));
    close(holder);
    rv_journal_drop(&copy);
    assert_string_equal(listing(), " 00000001-fix.rvp=a");
}

/* ---- several at once, and kill -9 ---- */

static void keep_for_ever(void)
{
    for (int n = 0;; n++) {
        int patch = patch_of('a' + n % 26, 300000);
        if (rv_journal_copy(patch, "fix.rvp", signature, &key, &copy, why, sizeof(why)) ||
            rv_journal_keep(&copy, &key, why, sizeof(why)))
            _exit(1);
        rv_journal_drop(&copy);
        if (n % 3 == 2 && rv_journal_remove(&key, why, sizeof(why)))
            _exit(2);
        close(patch);
    }
}

static void expect_whole(int fd, const char *path, int error, void *context)
{
    uint8_t sha256[RV_SHA256_SIZE];
    off_t size;

    (void)path;
    (void)context;
    assert_int_equal(error, 0);
    assert_int_equal(rv_journal_digest(fd, sha256, &size), 0);
    assert_int_equal(size, 300000);
}

static void kill_9_at_any_moment_leaves_whole_files_only(void **state)
{
    (void)state;
    memcpy(key.build, BUILD, sizeof(BUILD));
    for (int n = 0; n < 40 || (n < 400 && count_files() == 0); n++) { /* slow with a sanitizer */
        pid_t writers[2];
        for (int i = 0; i < 2; i++)
            if ((writers[i] = fork()) == 0)
                keep_for_ever();
        usleep(1000 + 997 * (unsigned)n);
        for (int i = 0; i < 2; i++) {
            int status;
            kill(writers[i], SIGKILL);
            waitpid(writers[i], &status, 0);
            assert_true(WIFSIGNALED(status));
        }
        assert_int_equal(rv_journal_each(BUILD, expect_whole, NULL, why, sizeof(why)), 0);
        assert_true(count_files() <= 26);
    }
    assert_true(count_files() > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_copy_has_no_name_until_it_is_kept, clean),
        cmocka_unit_test_setup(a_signature_lies_beside_its_patch, clean),
        cmocka_unit_test_setup(a_patch_that_is_there_gets_the_new_signature, clean),
        cmocka_unit_test_setup(a_signature_without_a_patch_is_left_alone, clean),
        cmocka_unit_test_setup(a_dropped_copy_leaves_nothing, clean),
        cmocka_unit_test_setup(patches_are_numbered_in_their_order, clean),
        cmocka_unit_test_setup(the_same_patch_is_kept_once, clean),
        cmocka_unit_test_setup(control_characters_do_not_get_into_names, clean),
        cmocka_unit_test_setup(long_names_are_cut, clean),
        cmocka_unit_test_setup(a_patch_is_removed_under_whatever_name, clean),
        cmocka_unit_test_setup(removing_from_no_folder_is_fine, clean),
        cmocka_unit_test_setup(files_that_others_may_write_to_are_refused, clean),
        cmocka_unit_test_setup(files_of_another_user_are_refused, clean),
        cmocka_unit_test_setup(symbolic_links_are_refused, clean),
        cmocka_unit_test_setup(hidden_and_unrelated_files_are_not_looked_at, clean),
        cmocka_unit_test_setup(a_folder_that_others_may_write_to_is_refused, clean),
        cmocka_unit_test_setup(a_directory_of_another_user_is_refused, clean),
        cmocka_unit_test_setup(a_directory_that_is_not_there_is_refused_by_name, clean),
        cmocka_unit_test_setup(a_limit_on_file_sizes_refuses_and_does_not_kill, clean),
        cmocka_unit_test_setup(whoever_holds_the_lock_for_long_is_not_waited_for, clean),
        cmocka_unit_test_setup(kill_9_at_any_moment_leaves_whole_files_only, clean),
        cmocka_unit_test_setup(a_full_disk_refuses_and_leaves_nothing, clean),
    };
    int failed;

    if (!mkdtemp(top) || setenv("REVECTOR_UPDATES", top, 1))
        return 2;
    rv_journal_init();
    snprintf(folder, sizeof(folder), "%s/%s", top, BUILD);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (clean(NULL) || rmdir(top))
        return 2;
    return failed;
}
