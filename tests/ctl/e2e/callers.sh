#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# callers.sh - a function that other source files call gets another signature: with all of its
# callers in the patch that goes; with one left out it is refused by that one's name.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

mkdir src
cat >src/app.h <<'C'
#define OUT __attribute__((noinline))
struct job { int size; };
int scale(int x);
int stored(int x);
int used(const struct job *job);
int first(int x);
int second(int x);
C
cat >src/scale.c <<'C'
#include "app.h"
static int calls = 100;
OUT int scale(int x) { calls++; return 2 * x + calls; }
OUT int stored(int x) { return x; }
OUT int used(const struct job *job) { return job->size; }
OUT int own(int x) { return scale(x); }
C
cat >src/first.c <<'C'
#include "app.h"
OUT int first(int x) { struct job job = {x}; return scale(x) + used(&job); }
C
cat >src/second.c <<'C'
#include "app.h"
int (*pointer)(int) = stored;
__attribute__((section("gone"))) static int never(int x) { return scale(x); }
OUT int second(int x) { return x < -1000 ? never(x) : scale(x) + pointer(x); }
C
cat >src/main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include "app.h"
int own(int x);
OUT void serve(const char *line)
{
    int x = atoi(line), a = first(x), b = second(x);
    printf("%d %d %d\n", a, b, own(x));
}
int main(void)
{
    char line[256];
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin))
        serve(line);
}
C
cp -r src was
all="src/scale.c src/first.c src/second.c"
for flags in "" -flto; do
    name=prog${flags#-}
    rm -r src && cp -r was src
    # shellcheck disable=SC2086
    compile "$name" $flags -fuse-ld=lld src/scale.c src/first.c src/second.c src/main.c
    start "$name" "./$name"
    ask "$name" 1
    expect "104 105 105" "$answer" "before $flags"

    # ---- another parameter, in all that call it ----
    sed -i 's/int scale(int x)/int scale(int x, int y)/' src/app.h src/scale.c
    sed -i 's/2 \* x/y * x/; s/return scale(x)/return scale(x, 1000)/' src/*.c
    sed -i 's/scale(x) +/scale(x, 1000) +/' src/*.c
    for order in "$all" "src/second.c src/first.c src/scale.c"; do
        # shellcheck disable=SC2086
        works revector build --for "$pid" -o fix.rvp $order
        works revector apply "$pid" fix.rvp
        ask "$name" 1
        case $answer in 1*\ 1*\ 1*) ;; *) fail "applied $flags: $answer" ;; esac
        works revector revert "$pid" --all
        ask "$name" 0
        case $answer in 1??\ 1??\ 1??) ;; *) fail "reverted $flags: $answer" ;; esac
    done
    works revector build --for "$pid" -o fix.rvp src/app.h
    works revector inspect fix.rvp
    expect_has "$output" "scale" "the function that is called in another way"
    case $output in *"replaces"*scale*adds*) fail "it should be new, not replaced: $output" ;; esac
done

# ---- a caller that is left out ----
refused 1 "called from outside the patch: scale is called by second of src/second.c" \
    revector build --for "$pid" src/scale.c src/first.c
refused 1 "scale is called by first of src/first.c" revector build --for "$pid" src/scale.c src/second.c
refused 1 "scale is called by first of src/first.c" revector build --for "$pid" src/scale.c
[ "$(revector explain signatures | wc -l)" -gt 3 ] || fail "no section"
expect_has "$(cat err.refused)" "[revector explain signatures]" "the section of the refusal"

# ---- a caller in the patch whose code is what it was: it goes with what it calls ----
rm -r src && cp -r was src
sed -i 's/int used(const struct job \*job)/int used(const void *job)/' src/app.h src/scale.c
sed -i 's/return job->size/return 1000000 + *(const int *)job/' src/scale.c
works revector build --for "$pid" -o fix.rvp $all
works revector apply "$pid" fix.rvp
ask "$name" 1
case $answer in 1000*\ 1*\ 1*) ;; *) fail "a caller whose code is what it was: $answer" ;; esac
works revector revert "$pid" --all
refused 1 "used is called by first of src/first.c" revector build --for "$pid" src/scale.c
rm -r src && cp -r was src

# ---- a parameter whose sign changes: it is passed as it was, so nobody else needs to change ----
sed -i 's/int scale(int x)/int scale(unsigned x)/; s/2 \* x/x > 5u ? 77 : x/' src/app.h src/scale.c
works revector build --for "$pid" -o fix.rvp src/scale.c
works revector apply "$pid" fix.rvp
ask "$name" -1
expect "76 76 77" "$answer" "an unsigned parameter"
works revector revert "$pid" --all
rm -r src && cp -r was src

# ---- a stored address ----
sed -i 's/int stored(int x)/long stored(long x)/; s/int (\*pointer)(int)/long (*pointer)(long)/' src/*.[ch]
refused 1 "the address of stored is taken in src/second.c" revector build --for "$pid" src/scale.c
refused 1 "the compiler or the linker failed" revector build --for "$pid" $all
expect_has "$(cat err.refused)" "'stored'" "an address that is taken in the patch"
rm -r src && cp -r was src

# ---- a layout: not in this way, whoever is in the patch ----
sed -i 's/int size;/int before, size;/' src/app.h
sed -i 's/{x}/{x, x}/' src/first.c
refused 1 "the compiler or the linker failed" revector build --for "$pid" $all
expect_has "$(cat err.refused)" "the layout of 'struct job' has changed (4 bytes, now 8): used by 'used'" "a changed layout"
rm -r src && cp -r was src

# ---- a layout that this source file has not known, and that others know as it was ----
sed -i 's/int size;/int before, size;/; $a struct job *somewhere(void);' src/app.h
sed -i 's/return scale(x) + used/return somewhere()->size + used/; s/{x}/{x, x}/' src/first.c
sed -i 's/return x < -1000/return somewhere()->size + (x < -1000)/; s/? never(x) : scale(x)/+ never(x)/' src/second.c
sed -i '$a OUT struct job *somewhere(void) { return 0; }' src/scale.c
refused 1 "the compiler or the linker failed" revector build --for "$pid" src/second.c
expect_has "$(cat err.refused)" "the layout of 'struct job' has changed, and 'second'" "who works on it"
rm -r src && cp -r was src

# ---- a function of a library ----
compile lib.so -shared -fPIC src/scale.c
sed -i 's/int stored(int x)/int stored(int x, int y)/' src/*.[ch]
refused 1 "stored is exported by a library" revector build --for ./lib.so src/scale.c

echo "signatures change with all callers, or not at all"
