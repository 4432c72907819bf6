#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# patch.sh - patch a program in several ways; the outcome must always be the same.
#
#   patch.sh STEM SOURCE [FLAG...]
#
# Compiles SOURCE to a program, SOURCE with `#define FIXED` to a patch for it,
# and runs the program, which applies the patch to itself (patch.h). Prints what
# one of them printed if all printed the same. STEM is where the files go. In
# PATCH_MORE are more source files of the program; in PATCH_WAYS other flags
# than those below, one set a line.
set -eu

stem=$1
source=$2
shift 2
bin=$REVECTOR_BUILD/bin
here=$(dirname -- "$0")
include="-I$here -I$here/../../../runtime/include -I$(dirname -- "$source")"
case $source in *.cpp) cc=$bin/revector-c++ ;; *) cc=$bin/revector-cc ;; esac

ways=${PATCH_WAYS:-'-O0
-O2 -g
-O2 -fno-pic -no-pie -fplugin-arg-revector-translation=leaf
-O1 -fPIC -fplugin-arg-revector-place=inline'}

fail() {
    printf 'patch.sh: with %s: %s\n' "$flags" "$1" >&2
    exit 1
}

# What goes into the patch must also be what LLVM calls a well-formed module.
verify() {
    "$cc" $include $flags "$@" -fPIC -DFIXED "-fplugin-arg-revector-patch=$stem.exe" \
        -fplugin-arg-revector-unit=0 -emit-llvm -c "$source" -o "$stem.bc" 2>"$stem.verify" || return 0
    opt -passes=verify -disable-output "$stem.bc" || fail 'the patch is not a valid module'
}

mkdir -p "$stem.fixed"
fixed=$stem.fixed/$(basename -- "$source")
{ printf '#define FIXED 1\n#line 1\n'; cat -- "$source"; } >"$fixed"
rm -f "$stem.first"
while read -r flags; do
    "$cc" $include $flags "$@" "$source" ${PATCH_MORE:-} -o "$stem.exe" || fail 'the program does not compile'
    verify "$@"
    "$bin/revector" build --for "$stem.exe" -o "$stem.rvp" "$fixed" 2>"$stem.build" >"$stem.made" || {
        cat "$stem.build" >&2
        fail 'no patch was made'
    }
    status=0
    timeout 20 "$stem.exe" "$stem.rvp" >"$stem.out" 2>&1 || status=$?
    [ $status -eq 0 ] || { cat "$stem.out" >&2; fail "the program ended with status $status"; }
    [ -e "$stem.first" ] || cp "$stem.out" "$stem.first"
    cmp -s "$stem.first" "$stem.out" || { diff "$stem.first" "$stem.out" >&2; fail 'the outcome differs'; }
done <<END
$ways
END
cat "$stem.first"
