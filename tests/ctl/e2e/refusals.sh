#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# refusals.sh - what cannot be done is refused by name, and changes nothing.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cp "$here"/prog.c "$here"/prog.h "$here"/other.c .
compile prog prog.c other.c
start prog ./prog
ask prog "new 5"

build_fix() {
    revector build --for ./prog -o "$1" "fix/$2" >/dev/null 2>build.err || fail "build of $1: $(cat build.err)"
}

# ---- by the compiler, before there is a patch ----
change other.c 's/int other(int x)/int other(int x, int y)/; s/hidden(x) + 1/hidden(x) + y/'
refused 1 "the compiler or the linker failed" revector build --for ./prog fix/other.c
expect_has "$(cat err.refused)" "other" "changed signature with callers outside"
change prog.c 's/^int limit = 10;/int limit = 20;/'
refused 1 "failed" revector build --for ./prog fix/prog.c
expect_has "$(cat err.refused)" "limit" "changed initialiser"
change prog.c 's/^int limit = 10;/long limit = 10;/'
refused 1 "failed" revector build --for ./prog fix/prog.c
expect_has "$(cat err.refused)" "limit" "changed type of a variable"
sed -i 's/int x, y;/int x, y, z;/' prog.h
change prog.c 's/return x;/return x + origin.x;/'
refused 1 "failed" revector build --for ./prog fix/prog.c
expect_has "$(cat err.refused)" "origin" "changed layout of live data"
sed -i 's/int x, y, z;/int x, y;/' prog.h
change prog.c 's/return x;/return x + ;/'
refused 1 "failed" revector build --for ./prog fix/prog.c
expect_has "$(cat err.refused)" "expected expression" "the compiler's own words"
change prog.c 's/return x;/return nowhere_to_be_found(x);/; s/^int limit/int nowhere_to_be_found(int);\n&/'
refused 1 "isn't there: nowhere_to_be_found" revector build --for ./prog fix/prog.c
refused 1 "isn't there: nowhere_to_be_found" revector patch "$pid" fix/prog.c
# What libc gives to each program for itself; see docs/limits.md.
change prog.c 's/return x;/extern int atexit(void (*)(void)); extern int puts(const char *); return x + atexit((void (*)(void))puts);/'
refused 1 "isn't there: atexit" revector build --for ./prog fix/prog.c

# ---- which program, which file ----
refused 1 "nothing has changed" revector build --for ./prog prog.c
printf 'int main(void) { return 0; }\n' >stranger.c
refused 1 "no such source file: stranger.c" revector build --for ./prog stranger.c
refused 1 "cannot be read: missing.c" revector build --for ./prog missing.c
refused 1 "not built with revector-cc: /bin/true" revector build --for /bin/true prog.c
refused 1 "not a 64-bit little-endian ELF" revector build --for ./prog.c prog.c
mkdir -p a b
printf 'int a(void) { return 1; }\n' >a/same.c
printf 'int b(void) { return 2; }\nint main(void) { return 0; }\n' >b/same.c
compile same a/same.c b/same.c
printf 'int b(void) { return 3; }\nint main(void) { return 0; }\n' >fix/same.c
refused 1 "choose with --unit" revector build --for ./same fix/same.c
expect_has "$(cat err.refused)" "a/same.c" "the list of candidates"
expect_has "$(cat err.refused)" "b/same.c" "the list of candidates"
works revector build --for ./same --unit b/same.c -o same.rvp fix/same.c
REVECTOR_CLANG=$work/otherclang
printf '#!/bin/sh\necho "Other clang version 1.0"\n' >otherclang
chmod +x otherclang
export REVECTOR_CLANG
change prog.c 's/return x;/return x + 1;/'
refused 1 "the compiler is not the one that built the program" revector build --for ./prog fix/prog.c
unset REVECTOR_CLANG

# ---- the patch file ----
build_fix fix.rvp prog.c
refused 1 "cannot be read: none.rvp" revector apply "$pid" none.rvp
refused 1 "not a patch" revector apply "$pid" prog.c
refused 1 "not a patch" revector apply "$pid" prog
refused 1 "not a patch" revector inspect prog
size=$(wc -c <fix.rvp)
for cut in 1 64 100 $((size / 2)) $((size - 70)); do
    head -c $((size - cut)) fix.rvp >cut.rvp
    refused 1 "truncated" revector apply "$pid" cut.rvp
    refused 1 "truncated" revector inspect cut.rvp
done
{ cat fix.rvp && echo more; } >long.rvp
refused 1 "truncated" revector apply "$pid" long.rvp
{ head -c 3000 fix.rvp && printf X && tail -c +3002 fix.rvp; } >bad.rvp
cmp -s fix.rvp bad.rvp && { head -c 3000 fix.rvp && printf Y && tail -c +3002 fix.rvp; } >bad.rvp
refused 1 "damaged" revector apply "$pid" bad.rvp
refused 1 "damaged" revector inspect bad.rvp
cp prog.c keep.c
sed -i 's/return x;/return x + 2;/' prog.c
compile prog2 prog.c other.c
cp keep.c prog.c
start two ./prog2
refused 1 "another build" revector apply "$pid" fix.rvp
expect_has "$(cat err.refused)" "$(readelf -n prog2 | sed -n 's/.*Build ID: //p')" "the process's build ID"
expect_has "$(cat err.refused)" "$(readelf -n prog | sed -n 's/.*Build ID: //p')" "the patch's build ID"

# ---- the process, the options ----
refused 1 "no such process: 4194305" revector apply 4194305 fix.rvp
refused 1 "no such process: 'no-such-name'" revector apply no-such-name fix.rvp
refused 1 "no such process: ''" revector status ""
sleep 60 &
started="$started $!"
refused 1 "was not built with revector-cc" revector apply $! fix.rvp
disown
cp prog twin
start twin1 ./twin
start twin2 ./twin
refused 1 "several fit: say which one: twin is" revector methods twin
refused 2 "--consistency sometimes" revector apply "$pid" fix.rvp --consistency sometimes
refused 2 "--timeout soon" revector apply "$pid" fix.rvp --timeout soon
refused 2 "unknown option '--nonsense'" revector apply "$pid" fix.rvp --nonsense
refused 2 "something is missing" revector apply "$pid"
refused 1 "no update is in force, so there is none to take back" revector revert "$pid"
refused 1 "no such update" revector revert "$pid" 77
refused 1 "none: No such file" revector revert "$pid" none
refused 1 "no such function: nothing" revector walk "$pid" nothing

# ---- nothing has changed by all that ----
ask prog "new 5"
expect 5 "$answer" "the program after all refusals"
[ -z "$(ls "$work"/tmp* 2>/dev/null)" ] || fail "something was left behind"
echo "every refusal has its name"
