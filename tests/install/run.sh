#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# run.sh BUILD - is what `cmake --install` installs all that a stranger needs, wherever it is put?
#
# Installs BUILD into a folder, moves that folder, and builds a little program
# three ways against it: find_package, pkg-config, plain revector-cc. Each of
# them must run, and take an update by the installed `revector`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
stranger=''
trap '[ -z "$stranger" ] || kill $stranger 2>/dev/null; rm -rf "$work"' EXIT

die() {
    printf 'install: %s\n' "$*" >&2
    exit 1
}

cmake --install "$1" --prefix "$work/first" >"$work/log" || die "$(cat "$work/log")"
mkdir "$work/moved"
mv "$work/first" "$work/moved/prefix"
prefix=$work/moved/prefix
for file in bin/revector bin/revector-cc bin/revector-c++ lib/librevector.so lib/librevector.so.0 \
    lib/revector/revector-clang.so include/revector/revector.h \
    lib/pkgconfig/revector.pc lib/cmake/Revector/RevectorConfig.cmake; do
    [ -e "$prefix/$file" ] || die "$file is not installed"
done

cp -r "$here" "$work/src"
mkdir "$work/fix"
cp "$here/greeting.h" "$work/fix"
sed 's/good morning/good evening/' "$here/greeting.c" >"$work/fix/greeting.c"

# Says a line to the program and expects the answer.
expect() {
    echo >&4
    IFS= read -r -t 10 answer <&5 || die "$1: no answer"
    [ "$answer" = "$2" ] || die "$1: expected $2, got $answer"
}

# The program $2 greets, is patched, greets otherwise, is reverted, greets as before.
try() {
    rm -f "$work/in" "$work/out"
    mkfifo "$work/in" "$work/out"
    LD_LIBRARY_PATH=$prefix/lib "$2" <"$work/in" >"$work/out" &
    stranger=$!
    exec 4>"$work/in" 5<"$work/out"
    expect "$1" "good morning"
    "$prefix/bin/revector" patch "$stranger" "$work/fix/greeting.c" >"$work/log" 2>&1 || die "$1: $(cat "$work/log")"
    expect "$1, patched" "good evening"
    "$prefix/bin/revector" revert "$stranger" --all >"$work/log" 2>&1 || die "$1: $(cat "$work/log")"
    expect "$1, reverted" "good morning"
    exec 4>&- 5<&-
    wait $stranger || die "$1: the program ended with status $?"
    stranger=''
    echo "ok: $1"
}

# Runs a command and shows its output only if it fails.
quietly() {
    "$@" >"$work/log" 2>&1 || die "$*: $(cat "$work/log")"
}

quietly cmake -S "$work/src/cmake" -B "$work/build" -G Ninja -DCMAKE_C_COMPILER=clang-19 \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix"
quietly cmake --build "$work/build"
try find_package "$work/build/stranger"

PKG_CONFIG_PATH=$prefix/lib/pkgconfig quietly make -C "$work/src/make"
try pkg-config "$work/src/make/stranger"

quietly "$prefix/bin/revector-cc" -O2 -Wall -Werror -o "$work/stranger" \
    "$work/src/stranger.c" "$work/src/greeting.c"
try revector-cc "$work/stranger"

# Another compiler is told why not.
if cmake -S "$work/src/cmake" -B "$work/other" -G Ninja -DCMAKE_C_COMPILER=cc -DCMAKE_PREFIX_PATH="$prefix" \
    >"$work/log" 2>&1; then
    grep -q 'compiler identification is Clang 19' "$work/log" || die "find_package took another compiler"
else
    grep -q "plugin is for clang 19" "$work/log" || die "no reason was given: $(cat "$work/log")"
fi
