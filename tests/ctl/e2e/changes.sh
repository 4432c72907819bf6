#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# changes.sh - each kind of change: not there before, there while applied, gone
# after the revert; and what the program has in its variables stays.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cp "$here"/prog.c "$here"/prog.h "$here"/other.c .
compile prog prog.c other.c
start prog ./prog

# check NAME FILE SED COMMAND BEFORE AFTER: one change, with its triple.
check() {
    ask prog "$4"
    expect "$5" "$answer" "$1, before"
    change "$2" "$3"
    works revector patch "$pid" "fix/$2" --json
    update=$(printf '%s' "$output" | sed -n 's/^  "update": \([0-9]*\).*/\1/p')
    [ -n "$update" ] || fail "$1: no update in '$output'"
    ask prog "$4"
    expect "$6" "$answer" "$1, applied"
    works revector revert "$pid" "$update"
    ask prog "$4"
    expect "$5" "$answer" "$1, reverted"
}

check "a body" prog.c 's/return x;/return x + 1000;/' "new 5" 5 1005
check "a string constant" prog.c 's/"old %d"/"much newer %d"/' "string 5" 5 12
check "a table of strings" prog.c 's/colours\[x % 3\]/(const char *const[]){"cyan", "pink", "grey"}[x % 3]/' \
    "colour 1" green pink
check "an existing global" prog.c 's/return x;/return x + limit;/' "new 5" 5 15
check "a function of another unit" prog.c 's/return x;/return other(x);/' "new 5" 5 11
check "a static function of another unit" other.c 's/x \* 2/x * 3/' "other 5" 11 16
check "a library function" prog.c 's/return x;/return (int)strtol("77", NULL, 10) + abs(-x);/' "new 5" 5 82
check "a library function that the program did not use" prog.c \
    's/return x;/return (int)strspn("aaab", "a") + x;/' "new 5" 5 8
check "data of a library" prog.c 's/return x;/return x + (stderr != NULL);/' "new 5" 5 6
check "an inlined function" prog.c 's/x > limit ? limit : x/x > 3 ? 3 : x/' "inlined 50" 10 3
check "a new function" prog.c \
    's/^NOINLINE static int do_new(int x)/NOINLINE static int fresh(int x) { return x * 7; }\n&/; s/return x;/return fresh(x);/' \
    "new 5" 5 35
check "a new static variable" prog.c \
    's/^NOINLINE static int do_new(int x)/static int calls = 40;\n&/; s/return x;/return ++calls + x;/' "new 5" 5 46
check "a static variable inside a function" prog.c \
    's/return x;/static int calls = 40; return ++calls + x;/' "new 5" 5 46
check "a recursive function" prog.c 's/1 + do_recurse/2 + do_recurse/' "recurse 5" 5 10

# What lives in the program stays there: static, thread-local, whatever is in force.
ask prog "count 1"
expect 101 "$answer" "a static variable, before"
change prog.c 's/counter += x;/counter += 10 * x;/; s/per_thread += x;/per_thread += 100 * x;/'
works revector patch "$pid" fix/prog.c
ask prog "count 1"
expect 111 "$answer" "a static variable, applied"
ask prog "thread 1"
expect 107 "$answer" "a thread-local variable, applied"
works revector revert "$pid" --all
ask prog "count 1"
expect 112 "$answer" "a static variable, reverted"
ask prog "thread 1"
expect 108 "$answer" "a thread-local variable, reverted"

# Both files in one patch, under other names.
change prog.c 's/return x;/return other(x);/'
change other.c 's/x \* 2/x * 5/'
works revector patch "$pid" fix/prog.c fix/other.c
ask prog "new 5"
expect 26 "$answer" "two units in one update"
works revector revert "$pid" --all

# The file itself, edited in place: the usual way.
sed -i 's/return x;/return x + 3;/' prog.c
works revector patch "$pid" prog.c
ask prog "new 5"
expect 8 "$answer" "a file that was edited in place"
works revector revert "$pid" --all

# the same sources make the same patch, byte by byte, which is put in force once
change prog.c 's/return x + 3;/return x + 1000;/'
for name in first second; do
    works revector build --for ./prog -o $name.rvp fix/prog.c
done
cmp first.rvp second.rvp || fail "the same source makes two patches"
works revector patch "$pid" fix/prog.c
refused 1 "the same patch is in force" revector patch "$pid" fix/prog.c
echo "all kinds of changes: before, applied, reverted"
