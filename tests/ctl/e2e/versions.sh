#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# versions.sh - a library has a function in several versions (pthread_cond_wait, timer_create): a
# patch calls the one that the program does, or would if it were compiled now.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >lib.c <<'C'
#define VERSIONED(name, old, new)                       \
    __asm__(".symver old_" #name "," #name "@ONE");     \
    __asm__(".symver new_" #name "," #name "@@TWO");    \
    int old_##name(void) { return old; }                \
    int new_##name(void) { return new; }
VERSIONED(used, 1, 2)
VERSIONED(other, 10, 20)
C
cat >lib.map <<'M'
ONE { global: used; other; local: *; };
TWO { global: used; other; } ONE;
M
cat >prog.c <<'C'
#include <stdio.h>
int used(void);
int other(void);
__attribute__((noinline)) int answer(int x) { return x + used(); }
int main(void)
{
    char line[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin))
        printf("%d\n", answer(100));
}
C
clang-19 -shared -fPIC -o libversioned.so.1 lib.c -Wl,--version-script=lib.map \
    -Wl,-soname,libversioned.so.1 2>err || fail "cannot make a library: $(cat err)"
ln -s libversioned.so.1 libversioned.so
# shellcheck disable=SC2016
compile prog prog.c -L. -lversioned '-Wl,-rpath,$ORIGIN'
start prog ./prog
ask prog go
expect 102 "$answer" "the program"

# in_force TARGET ANSWER WHAT: what the program says with the patch that is built for TARGET.
in_force() {
    works revector build --for "$1" -o fix.rvp fix/prog.c
    works revector apply "$pid" fix.rvp
    ask prog go
    expect "$2" "$answer" "$3"
    works revector revert "$pid" --all
}

for target in ./prog "$pid"; do
    change prog.c 's/x + used()/x + 1000 + used()/'
    in_force "$target" 1102 "a function that the program uses, for $target"
    change prog.c 's/x + used()/x + 1000 + other()/'
    in_force "$target" 1120 "a function that it does not use yet, for $target"
done
readelf -V fix.rvp | grep -q libversioned || fail "no version in the patch: $(readelf -V fix.rvp)"

# a library of the program's, which names no loader
cat >user.c <<'C'
#include <stdio.h>
int answer(int x);
int main(void)
{
    char line[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin))
        printf("%d\n", answer(100));
}
C
printf 'int used(void);\nint other(void);\nint answer(int x) { return x + used(); }\n' >answer.c
# shellcheck disable=SC2016
compile libanswer.so answer.c -fPIC -shared -L. -lversioned '-Wl,-rpath,$ORIGIN'
# shellcheck disable=SC2016
compile user user.c -L. -lanswer '-Wl,-rpath,$ORIGIN'
start user ./user
change answer.c 's/x + used()/x + 1000 + used()/'
works revector build --for ./libanswer.so -o fix.rvp fix/answer.c
works revector apply "$pid" fix.rvp
ask user go
expect 1102 "$answer" "a library's function"

# a library that the process has loaded and the patch does not use
cat >unused.c <<'C'
__asm__(".symver unused_one,unused@@ONE");
int unused_one(void) { return 1; }
C
echo 'ONE { global: unused; local: *; };' >unused.map
clang-19 -shared -fPIC -o libunused.so.1 unused.c -Wl,--version-script=unused.map \
    -Wl,-soname,libunused.so.1 2>err || fail "cannot make a library: $(cat err)"
cat >loads.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
int used(void);
__attribute__((noinline)) int answer(int x) { return x + used(); }
int main(void)
{
    char line[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!dlopen("./libunused.so.1", RTLD_NOW))
        return 1;
    while (fgets(line, sizeof(line), stdin))
        printf("%d\n", answer(100));
}
C
# shellcheck disable=SC2016
compile loads loads.c -L. -lversioned '-Wl,-rpath,$ORIGIN'
start loads ./loads
ask loads go
change loads.c 's/x + used()/x + 1000 + used()/'
works revector build --for "$pid" -o fix.rvp fix/loads.c
works revector apply "$pid" fix.rvp
ask loads go
expect 1102 "$answer" "a process with another library"
readelf -d fix.rvp | grep -q libversioned || fail "not needed: $(readelf -d fix.rvp)"
readelf -d fix.rvp | grep -q libunused && fail "needed without use: $(readelf -d fix.rvp)"

# the library is not to be found
mkdir moved && mv libversioned.so.1 moved/
for name in other used; do
    change prog.c "s/x + used()/x + 1000 + $name()/"
    refused 1 "in which version cannot be told" revector build --for ./prog -o none.rvp fix/prog.c
    expect_has "$(cat err.refused)" "$name" "the function's name"
    [ -e none.rvp ] && fail "built all the same"
done
LD_LIBRARY_PATH=$PWD/moved works revector build --for ./prog -o fix.rvp fix/prog.c

# a program that was linked when another version was the default
cat >before.c <<'C'
__asm__(".symver one_turned,turned@@ONE");
int one_turned(void) { return 1; }
C
cat >after.c <<'C'
__asm__(".symver one_turned,turned@ONE");
__asm__(".symver two_turned,turned@@TWO");
int one_turned(void) { return 1; }
int two_turned(void) { return 2; }
C
echo 'ONE { global: turned; local: *; };' >before.map
echo 'ONE { global: turned; local: *; }; TWO { global: turned; } ONE;' >after.map
sed 's/used/turned/' prog.c >turns.c
ln -s libturned.so.1 libturned.so
for default in before after; do
    clang-19 -shared -fPIC -o libturned.new $default.c -Wl,--version-script=$default.map \
        -Wl,-soname,libturned.so.1 2>err || fail "cannot make a library: $(cat err)"
    mv libturned.new libturned.so.1
    # shellcheck disable=SC2016
    [ $default = after ] || compile turns turns.c -L. -lturned '-Wl,-rpath,$ORIGIN'
done
start turns ./turns
ask turns go
expect 101 "$answer" "the program"
change turns.c 's/x + turned()/x + 1000 + turned()/'
for target in ./turns "$pid"; do
    refused 1 "calls turned in version ONE, the patch would in TWO" \
        revector build --for "$target" -o no.rvp fix/turns.c
    [ -e no.rvp ] && fail "built all the same, for $target"
done

# the C library
cat >waits.c <<'C'
#include <pthread.h>
#include <stdio.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t rung = PTHREAD_COND_INITIALIZER;
static int number, rings;
__attribute__((noinline)) static void ring(void)
{
    pthread_mutex_lock(&lock);
    rings++;
    number += 1;
    pthread_cond_broadcast(&rung);
    pthread_mutex_unlock(&lock);
}
static void *wait_for(void *unused)
{
    for (;;) {
        pthread_mutex_lock(&lock);
        while (!rings)
            pthread_cond_wait(&rung, &lock);
        rings = 0;
        printf("heard %d\n", number);
        pthread_mutex_unlock(&lock);
    }
    return unused;
}
int main(void)
{
    pthread_t waiter;
    char line[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    pthread_create(&waiter, NULL, wait_for, NULL);
    while (fgets(line, sizeof(line), stdin))
        ring();
}
C
compile waits waits.c -pthread
start waits ./waits
ask waits ring
expect "heard 1" "$answer" "the waiter"
change waits.c 's/number += 1/number += 100/'
works revector patch "$pid" fix/waits.c
ask waits ring
expect "heard 101" "$answer" "a condition variable that old code waits for and new code signals"
echo "a patch calls the version that the program does"
