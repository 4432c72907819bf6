#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Lua 5.4 and LPeg from Debian's source packages, built unmodified by
# revector-cc. Debian's Lua ships no tests of its own; LPeg's test program, which
# LPeg ships, runs Lua hard (closures, errors by longjmp, garbage collection) and
# is itself an instrumented shared object that the instrumented Lua loads by
# dlopen. The workload's answers must be those of the system's arithmetic.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lua-lib.sh"

build_lpeg() {
    make linux CC="$REVECTOR_CC" LUADIR="$lua_dir/src"
}

lua_build lua "$REVECTOR_CC" "$(dirname "$REVECTOR_CC")/revector-c++"
instrumented "$lua_dir/src/lua5.4"

lpeg_src=$(apps_source lua-lpeg)
apps_copy "$lpeg_src" lpeg
apps_build build_lpeg
instrumented "$dir/lpeg.so"

cd "$dir"
LUA_CPATH='./?.so' LUA_PATH='./?.lua' "$lua_dir/src/lua5.4" test.lua >run.log 2>&1 ||
    die "LPeg's tests failed; see $dir/run.log"
tail -n 1 run.log | grep -qx OK || die "LPeg's tests did not end in OK"
say "ok LPeg's tests"

got=$("$lua_dir/src/lua5.4" "$top/tests/apps/workload.lua" 1)
want=$(cat "$top/tests/apps/workload.expected")
[ "$got" = "$want" ] || die "workload.lua printed: $got"
say "ok workload"
