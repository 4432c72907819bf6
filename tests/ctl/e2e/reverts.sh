#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# reverts.sh - what `revert` takes back: the patch that is meant, in every process that has it,
# whatever its number there; and nothing, when that is not clear.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >pair.c <<'C'
#include <stdio.h>
#include <sys/prctl.h>
#include <signal.h>
#include <unistd.h>

__attribute__((noinline)) int one(void)
{
    volatile int value = 1;
    return value;
}

__attribute__((noinline)) int two(void)
{
    volatile int value = 10;
    return value;
}

__attribute__((noinline)) int hold(int fd)
{
    char byte;
    volatile int got = 1;
    return read(fd, &byte, 1) == got;
}

/* A child that says what it runs whenever it is asked, or one that sits in hold(). */
static void child(int in, int out, int hold_end)
{
    char byte;
    int sum;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(in, &byte, 1) == 1) {
        if (byte == 'h')
            hold(hold_end);
        sum = one() + two();
        if (byte != 'h' && write(out, &sum, sizeof(sum)) != sizeof(sum))
            _exit(3);
    }
    _exit(0);
}

int main(void)
{
    int to[2], from[2], ends[2], sum, pid;
    char line[64];

    if (pipe(to) || pipe(from) || pipe(ends))
        return 3;
    pid = fork();
    if (pid == 0)
        child(to[0], from[1], ends[0]);
    setvbuf(stdout, NULL, _IONBF, 0);
    while (fgets(line, sizeof(line), stdin)) {
        sum = 0;
        if (line[0] == 'r' && write(ends[1], "x", 1) != 1)
            return 3;
        if (write(to[1], line, 1) != 1)
            return 3;
        if (line[0] != 'h' && read(from[0], &sum, sizeof(sum)) != sizeof(sum))
            return 3;
        if (line[0] == 'p')
            printf("%d\n", pid);
        else
            printf("%d %d\n", one() + two(), sum);
    }
}
C
compile pair pair.c

# patch NAME SED-SCRIPT: NAME.rvp
patch() {
    mkdir -p "$1"
    sed "$2" pair.c >"$1/pair.c"
    revector build --for ./pair -o "$1.rvp" "$1/pair.c" >/dev/null 2>&1 || fail "cannot build $1.rvp"
}
patch a 's/value = 1;/value = 2;/'
patch b 's/value = 10;/value = 20;/'
patch c 's/read(fd, &byte, 1) == got/read(fd, \&byte, 1) + 1 == got/'

both() {
    start "$1" ./pair
    master=$pid
    ask "$1" p
    child=$answer
}

# runs NAME WANTED WHAT: what master and child compute.
runs() {
    ask "$1" v
    expect "$2" "$answer" "$3"
}

a_number_that_is_two_patches_is_refused() {
    both first
    works revector apply "$child" b.rvp
    works revector apply pair a.rvp
    expect_has "$output" "patch        $work/a.rvp" "apply, when the number differs"
    runs first "12 22" "both patches"
    refused 1 "update 1 is not the same patch in all processes" revector revert pair 1
    expect_has "$(cat err.refused)" "a.rvp (update 1 in process $master)" "which patch is where"
    expect_has "$(cat err.refused)" "b.rvp (update 1 in process $child)" "which patch is where else"
    runs first "12 22" "after a revert that was refused"
}

a_number_means_its_patch_where_that_has_another_number() {
    works revector revert pair 2
    expect_has "$output" "reverted     1" "the number in the master"
    expect_has "$output" "reverted     2" "the number in the child"
    runs first "11 21" "update 2 of the child, reverted by the family"
}

a_file_is_taken_back_wherever_it_is_in_force() {
    works revector apply pair a.rvp
    cp a.rvp elsewhere.rvp
    works revector revert pair elsewhere.rvp
    runs first "11 21" "reverted by another copy of the file"
    works revector revert pair b.rvp
    expect_has "$output" "the patch is not in force here" "the process that has not got it"
    runs first "11 11" "reverted where it was in force"
    refused 1 "no patch with the contents of b.rvp is in force" revector revert pair b.rvp
    refused 1 "cannot be read" revector revert pair nothing.rvp
    refused 1 "is not a patch" revector revert pair pair.c
    works revector apply "$child" b.rvp
    works revector revert "$child" b.rvp
    runs first "11 11" "in one process"
}

all_updates_of_a_patch_go() {
    works revector apply "$master" a.rvp
    works revector apply "$master" elsewhere.rvp
    works revector revert "$master" a.rvp
    expect_has "$(revector history "$master")" "reverted" "the history"
    runs first "11 11" "a patch that was applied from two files"
    kill -9 "$master"
}

apply_prints_a_number_that_is_the_same_everywhere() {
    both second
    works revector apply pair a.rvp
    expect_has "$output" "update       1" "the number"
    works revector revert pair 1
    runs second "11 11" "reverted by it"
    kill -9 "$master"
}

without_a_number_the_only_one_goes() {
    both third
    refused 1 "no update is in force" revector revert "$master"
    refused 1 "no update is in force" revector revert pair
    works revector apply "$master" a.rvp
    works revector revert "$master"
    expect_has "$output" "reverted     1" "which one"
    works revector apply pair a.rvp
    works revector revert pair
    runs third "11 11" "the only patch of a family"
}

without_a_number_several_are_named() {
    works revector apply "$master" a.rvp
    works revector apply "$master" b.rvp
    refused 1 "updates 3 (a.rvp) and 4 (b.rvp) are in force: say which, or --all" \
        revector revert "$master"
    refused 1 "are in force: say which patch file, or --all" revector revert pair
    refused 2 "say either which update, or --all" revector revert "$master" 3 --all
    runs third "22 11" "after reverts that were refused"
    works revector revert pair --all
    runs third "11 11" "all"
    kill -9 "$master"
}

who_had_it_before_is_counted_as_that() {
    both fourth
    ask fourth h
    works revector apply "$master" c.rvp
    revector apply pair c.rvp --timeout 1s --json >apply.json 2>apply.err && fail "it was taken"
    expect_has "$(cat apply.err)" "1 had it before, and keeps it" "the sentence"
    expect_has "$(cat apply.json)" '"state": "in force before"' "the member's row"
    grep -B1 '"state": "in force before"' apply.json | grep -q '"update": 1' ||
        fail "its number is not there ($(cat apply.json))"
    works revector revert pair
}

old_code_is_named_in_a_family() {
    works revector apply pair c.rvp --consistency call
    expect_has "$output" "keeps old code process $child: hold (thread $child)" "who is inside old code"
    works revector revert pair --consistency call
    ask fourth r
    kill -9 "$master"
}

a_number_that_is_two_patches_is_refused
a_number_means_its_patch_where_that_has_another_number
a_file_is_taken_back_wherever_it_is_in_force
all_updates_of_a_patch_go
apply_prints_a_number_that_is_the_same_everywhere
without_a_number_the_only_one_goes
without_a_number_several_are_named
who_had_it_before_is_counted_as_that
old_code_is_named_in_a_family
echo "reverts: the patch that is meant, wherever it is, or none"
