#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# SQLite from Debian's source package, built unmodified by revector-cc, passes
# its own tests. With no argument: a quick selection. `sqlite.sh all`: SQLite's
# `veryquick` suite (about ten minutes).
. "$(dirname "$0")/lib.sh"

# Tests that pass on a plain build as root, chosen for breadth in few seconds.
QUICK="select1 expr trigger1 func index join collate1 json101 window1 vacuum wal trans
    savepoint corrupt insert update alter capi3 printf types fkey1 memdb upsert1 with1"

build() {
    [ -e Makefile ] || CC=$REVECTOR_CC CFLAGS=-O2 ./configure --with-tcl=/usr/lib/"$(gcc_triplet)"/tcl8.6
    make -j"$(nproc)" testfixture
}

gcc_triplet() { dpkg-architecture -qDEB_HOST_MULTIARCH; }

src=$(apps_source sqlite3)
apps_copy "$src" sqlite
apps_build build
instrumented "$dir/testfixture"

mkdir -p "$dir/run"
cd "$dir/run"
# shellcheck disable=SC2086 # a list
if [ "${1:-quick}" = all ]; then set -- veryquick; else set -- $QUICK; fi
for t in "$@"; do
    ../testfixture "../test/$t.test" >"$t.out" 2>&1 || true
    if ! grep -q '^0 errors out of' "$t.out"; then
        grep -E '^! |errors out of' "$t.out" >&2 || tail -n 5 "$t.out" >&2
        die "SQLite: $t.test failed; see $dir/run/$t.out"
    fi
    say "ok $t: $(grep -o 'out of [0-9]* tests' "$t.out")"
done
